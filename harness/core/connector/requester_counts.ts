// Counters of one requester (a store client) since it was made, as a plain object. Bytes of failed copies are not counted.

import type { StoreTier } from "../../domain/tier.ts";

export interface RequesterCounts {
  /** Calls of get and put, and the keys they named. */
  readonly get_batches: number;
  readonly get_keys: number;
  readonly put_batches: number;
  readonly put_keys: number;
  /** Keys and bytes read, by the tier they came from. */
  readonly read_keys: { readonly [K in StoreTier]: number };
  readonly read_bytes: { readonly [K in StoreTier]: number };
  /** The part of read_bytes that crossed a link between nodes. */
  readonly remote_read_bytes: number;
  /** Copies written to a segment on the client's own node / on another. An object with two replicas counts two. */
  readonly local_put_keys: number;
  readonly local_put_bytes: number;
  readonly remote_put_keys: number;
  readonly remote_put_bytes: number;
  /** Puts of objects that were there already. */
  readonly existing_put_keys: number;
  readonly stale_reads: number;
  readonly corrupt_reads: number;
  /** Keys that ended with each negative code, by code as text; a get of a missing key is not a fault. */
  readonly faults: { readonly [code: string]: number };
}
