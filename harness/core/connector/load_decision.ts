// Whether a store hit is worth loading, decided after allocation with the engine's real HBM hit (spec: §1.4 of
// vllm_mooncake_store_connector.md; order of checks from atom_reload_handoff.md).
//
// A prefix hit is always a whole number of blocks here, so a load always starts on a block boundary.

import { assert } from "../../domain/assert.ts";

export type LoadDecision =
  | { readonly action: "load"; readonly from_tokens: number; readonly to_tokens: number }
  | { readonly action: "skip"; readonly reason: "no_hit" | "hbm_satisfies_after_alloc" | "too_small" };

export function decideLoad(
  hbm_tokens: number,
  hit_tokens: number,
  block_tokens: number,
  min_load_tokens: number,
): LoadDecision {
  assert(hbm_tokens % block_tokens === 0, "a prefix hit is a whole number of blocks");
  if (hit_tokens === 0) return { action: "skip", reason: "no_hit" };
  if (hit_tokens <= hbm_tokens) return { action: "skip", reason: "hbm_satisfies_after_alloc" };
  if (hit_tokens - hbm_tokens < min_load_tokens) return { action: "skip", reason: "too_small" };
  return { action: "load", from_tokens: hbm_tokens, to_tokens: hit_tokens };
}
