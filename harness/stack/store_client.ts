// What an engine's store connector asks of a KV store: keys, ranges of registered memory and per-key results. Bytes move
// natively between regions and never pass through JavaScript.
//
// Nothing here throws for an operating error: a dead owner, a lost lease or a full staging buffer is the negative code
// (domain/store_error.ts) of the keys it hit, and only of those.

import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import type { NativeTiersSnapshot } from "../core/tier/native_tiers.ts";
import type { ReplicateConfig } from "../domain/replica.ts";
import type { GetItem, PutItem } from "./store_items.ts";

export interface StoreClient {
  /** [keys]: 1 readable, 0 not, negative = the question failed. Grants a lease to what is readable. */
  exists(keys: readonly string[]): Promise<readonly number[]>;
  /** [items], in their order. One call is one GET batch: disk objects of one owner share one staging request. */
  get(items: readonly GetItem[]): Promise<readonly GetOutcome[]>;
  /** [items]: 0 stored (an object that exists already counts as stored) or a negative code. */
  put(items: readonly PutItem[], config: ReplicateConfig): Promise<readonly number[]>;
  remove(key: string, force: boolean): Promise<number>;
  removeAll(force: boolean): Promise<{ readonly code: number; readonly removed: number }>;
  /** A snapshot; counts since the client was made. */
  counters(): RequesterCounts;
  /** Of a store that is the engine's own. */
  native?(): NativeTiersSnapshot;
  /** Calls under way end with RPC_FAIL; segments of other processes are unmapped. The data plane stays the caller's. */
  close(): Promise<void>;
}
