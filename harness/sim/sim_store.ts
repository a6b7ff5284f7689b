// What a simulated engine asks of its store, whichever is behind it.

import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { StoreEvent } from "../core/connector/store_api.ts";
import type { NativeTiersSnapshot } from "../core/tier/native_tiers.ts";
import type { EffectOf } from "./effect_of.ts";

/** Takes the answer to an operation, under its op_id. */
export type StoreAnswer = (event: StoreEvent) => void;

/** Each answer comes in an event of its own, never inside the call. */
export interface SimStore {
  counts(): RequesterCounts;
  /** Of a store that is the engine's own. */
  native?(): NativeTiersSnapshot;
  exists(effect: EffectOf<"exists">, answer: StoreAnswer): void;
  get(effect: EffectOf<"get">, answer: StoreAnswer): void;
  put(effect: EffectOf<"put">, answer: StoreAnswer): void;
  removeAll(effect: EffectOf<"remove_all">, answer: StoreAnswer): void;
}
