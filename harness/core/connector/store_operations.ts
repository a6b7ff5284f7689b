// What the connector's calls of the store took, by operation and status: the source of vLLM's
// vllm:mooncake_store_operation_* series (spec: vllm_mooncake_store_connector.md §1.9).

import { present } from "../../domain/assert.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { failedKeys } from "./failed_keys.ts";
import type { GetOutcome, JobEffect, StoreEvent } from "./store_api.ts";

export const STORE_OPERATIONS = ["lookup_exists", "load_get", "save_exists", "save_put"] as const;
export type StoreOperation = (typeof STORE_OPERATIONS)[number];
/** error: every key failed. */
export const STORE_OPERATION_STATUSES = ["ok", "partial_failure", "error"] as const;
export type StoreOperationStatus = (typeof STORE_OPERATION_STATUSES)[number];

/** Upper bounds of vLLM's buckets; what is above the last is only in `count`. */
export const STORE_OPERATION_BUCKETS_S: readonly number[] = [
  1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 4,
];

export interface StoreOperationStats {
  readonly operation: StoreOperation;
  readonly status: StoreOperationStatus;
  readonly count: number;
  readonly sum_s: number;
  /** [buckets], cumulative as Prometheus has them. */
  readonly bucket_counts: readonly number[];
  readonly keys: number;
  readonly failed_keys: number;
  /** Of keys that did not fail; lookups move none. */
  readonly bytes: number;
}

interface Mutable extends StoreOperationStats {
  count: number;
  sum_s: number;
  /** [buckets], each by itself: one changes with an operation, where of cumulative ones nearly all would. */
  readonly bucket_counts: number[];
  keys: number;
  failed_keys: number;
  bytes: number;
}

export class StoreOperations {
  readonly #object_bytes: number;
  /** By op_id. */
  readonly #started_ns = new Map<number, number>();
  /** In the order of first happening; a dozen at most. */
  readonly #stats: Mutable[] = [];

  constructor(object_bytes: number) {
    this.#object_bytes = object_bytes;
  }

  /** Wipes are not among vLLM's operations. */
  started(effect: JobEffect, now_ns: number): void {
    if (effect.type !== "remove_all") this.#started_ns.set(effect.op_id, now_ns);
  }

  /** `is_lookup`: an exists that was asked for a lookup, not for a save. */
  ended(event: StoreEvent, is_lookup: boolean, now_ns: number): void {
    if (event.type === "remove_all_done") return;
    const started_ns = present(this.#started_ns.get(event.op_id), "an operation that ends was started");
    this.#started_ns.delete(event.op_id);
    const keys = event.type === "get_done" ? event.outcomes.length : event.codes.length;
    const failed_keys = event.type === "get_done" ? failedReads(event.outcomes) : failedKeys(event.codes);
    const stats = this.#statsOf(operationOf(event.type, is_lookup), statusOf(keys, failed_keys));
    addDuration(stats, (now_ns - started_ns) / NS_PER_S);
    stats.keys += keys;
    stats.failed_keys += failed_keys;
    if (event.type !== "exists_done") stats.bytes += (keys - failed_keys) * this.#object_bytes;
  }

  /** Only what has happened, in the order of first happening. */
  snapshot(): StoreOperationStats[] {
    return this.#stats.map((stats) => ({ ...stats, bucket_counts: cumulative(stats.bucket_counts) }));
  }

  #statsOf(operation: StoreOperation, status: StoreOperationStatus): Mutable {
    for (const known of this.#stats) {
      if (known.operation === operation && known.status === status) return known;
    }
    const stats: Mutable = {
      operation,
      status,
      count: 0,
      sum_s: 0,
      bucket_counts: STORE_OPERATION_BUCKETS_S.map(() => 0),
      keys: 0,
      failed_keys: 0,
      bytes: 0,
    };
    this.#stats.push(stats);
    return stats;
  }
}

type AnswerType = Exclude<StoreEvent["type"], "remove_all_done">;

function operationOf(type: AnswerType, is_lookup: boolean): StoreOperation {
  if (type === "get_done") return "load_get";
  if (type === "put_done") return "save_put";
  return is_lookup ? "lookup_exists" : "save_exists";
}

function failedReads(outcomes: readonly GetOutcome[]): number {
  let failed_keys = 0;
  for (const { code } of outcomes) if (code < 0) failed_keys++;
  return failed_keys;
}

function statusOf(keys: number, failed_keys: number): StoreOperationStatus {
  if (failed_keys === 0) return "ok";
  return failed_keys === keys ? "error" : "partial_failure";
}

function cumulative(counts: readonly number[]): number[] {
  let below = 0;
  return counts.map((count) => {
    below += count;
    return below;
  });
}

function addDuration(stats: Mutable, duration_s: number): void {
  stats.count++;
  stats.sum_s += duration_s;
  let bucket = 0;
  while (duration_s > (STORE_OPERATION_BUCKETS_S[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
  if (bucket < STORE_OPERATION_BUCKETS_S.length)
    stats.bucket_counts[bucket] = (stats.bucket_counts[bucket] as number) + 1;
}
