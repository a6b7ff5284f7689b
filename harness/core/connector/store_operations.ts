// What the connector's calls of the store took, by operation and status: the source of vLLM's
// vllm:mooncake_store_operation_* series (spec: vllm_mooncake_store_connector.md §1.9).

import { present } from "../../domain/assert.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { failedKeys } from "./failed_keys.ts";
import type { GetOutcome, StoreEvent } from "./store_api.ts";

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

const STATUSES: number = STORE_OPERATION_STATUSES.length;
/** Numbers of one operation and status, in this order; the buckets last, and each by itself, so that an operation changes one. */
const COUNT = 0;
const SUM_S = 1;
const KEYS = 2;
const FAILED_KEYS = 3;
const BUCKETS = 4;
const NUMBERS: number = BUCKETS + STORE_OPERATION_BUCKETS_S.length;

export class StoreOperations {
  readonly #object_bytes: number;
  /** [operations × statuses × NUMBERS] */
  readonly #numbers: Float64Array = new Float64Array(STORE_OPERATIONS.length * STATUSES * NUMBERS);
  /** Places of what has happened in [operations × statuses], in the order of first happening. */
  readonly #happened: number[] = [];

  constructor(object_bytes: number) {
    this.#object_bytes = object_bytes;
  }

  /** `is_lookup`: an exists that was asked for a lookup, not for a save. Wipes are not among vLLM's operations. */
  ended(event: StoreEvent, is_lookup: boolean, duration_ns: number): void {
    if (event.type === "remove_all_done") return;
    const keys = event.type === "get_done" ? event.outcomes.length : event.codes.length;
    const failed_keys = event.type === "get_done" ? failedReads(event.outcomes) : failedKeys(event.codes);
    const place = placeOf(operationOf(event.type, is_lookup), statusOf(keys, failed_keys));
    const duration_s = duration_ns / NS_PER_S;
    const bucket = bucketOf(duration_s);
    if (this.#numbers[place * NUMBERS + COUNT] === 0) this.#happened.push(place);
    this.#add(place, COUNT, 1);
    this.#add(place, SUM_S, duration_s);
    this.#add(place, KEYS, keys);
    this.#add(place, FAILED_KEYS, failed_keys);
    if (bucket < STORE_OPERATION_BUCKETS_S.length) this.#add(place, BUCKETS + bucket, 1);
  }

  /** Only what has happened, in the order of first happening. */
  snapshot(): StoreOperationStats[] {
    return this.#happened.map((place) => this.#statsAt(place));
  }

  #add(place: number, number: number, value: number): void {
    const at = place * NUMBERS + number;
    this.#numbers[at] = (this.#numbers[at] as number) + value;
  }

  #statsAt(place: number): StoreOperationStats {
    const numbers = [...this.#numbers.subarray(place * NUMBERS, (place + 1) * NUMBERS)];
    const [count = 0, sum_s = 0, keys = 0, failed_keys = 0, ...bucket_counts] = numbers;
    const operation = present(STORE_OPERATIONS[Math.floor(place / STATUSES)], "a place is an operation's");
    return {
      operation,
      status: present(STORE_OPERATION_STATUSES[place % STATUSES], "a place is a status's"),
      count,
      sum_s,
      bucket_counts: cumulative(bucket_counts),
      keys,
      failed_keys,
      bytes: MOVES_BYTES[operation] ? (keys - failed_keys) * this.#object_bytes : 0,
    };
  }
}

const MOVES_BYTES: { readonly [Operation in StoreOperation]: boolean } = {
  lookup_exists: false,
  load_get: true,
  save_exists: false,
  save_put: true,
};

const ROW = placesIn(STORE_OPERATIONS);
const COLUMN = placesIn(STORE_OPERATION_STATUSES);

function placeOf(operation: StoreOperation, status: StoreOperationStatus): number {
  return ROW[operation] * STATUSES + COLUMN[status];
}

function placesIn<Name extends string>(names: readonly Name[]): { readonly [N in Name]: number } {
  return Object.fromEntries(names.map((name, i) => [name, i])) as { [N in Name]: number };
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

/** One past the last when it took longer than all bounds. */
function bucketOf(duration_s: number): number {
  let bucket = 0;
  while (duration_s > (STORE_OPERATION_BUCKETS_S[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
  return bucket;
}
