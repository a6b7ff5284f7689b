// What a simulated engine asks of its store, whichever is behind it.

import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import type { NativeTiersSnapshot } from "../core/tier/native_tiers.ts";
import type { EffectOf } from "./effect_of.ts";

/** Each answer comes in an event of its own, never inside the call. */
export interface SimStore {
  counts(): RequesterCounts;
  /** Of a store that is the engine's own. */
  native?(): NativeTiersSnapshot;
  exists(effect: EffectOf<"exists">, done: (codes: readonly number[]) => void): void;
  get(effect: EffectOf<"get">, done: (outcomes: readonly GetOutcome[]) => void): void;
  put(effect: EffectOf<"put">, done: (codes: readonly number[]) => void): void;
  removeAll(effect: EffectOf<"remove_all">, done: (code: number, removed: number) => void): void;
}
