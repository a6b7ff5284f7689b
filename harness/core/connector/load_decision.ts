// Whether a store hit is worth loading, decided after allocation with the engine's real HBM hit (spec:
// atom_reload_handoff.md, "Scheme A"; with chunks of one block it is vLLM's rule, vllm_mooncake_store_connector.md §1.4).
//
// The store holds whole chunks and loads start on a chunk's boundary. An HBM hit that ends inside a chunk can be computed up
// to the boundary and loaded from there: the hand-off. Checked in this order: satisfied, unaligned, too small.

export interface LoadRules {
  /** Tokens stored and loaded together. */
  readonly chunk_tokens: number;
  readonly min_load_tokens: number;
  readonly unaligned_handoff: boolean;
}

export type LoadDecision =
  | { readonly action: "load"; readonly from_tokens: number; readonly to_tokens: number }
  /** Compute up to the boundary, then decide again. */
  | { readonly action: "handoff"; readonly boundary_tokens: number; readonly to_tokens: number }
  | { readonly action: "skip"; readonly reason: SkipReason };

export type SkipReason = "no_hit" | "hbm_satisfies_after_alloc" | "unaligned_hbm_prefill" | "too_small";

/** Never loads below hbm_tokens: those blocks may be shared. */
export function decideLoad(hbm_tokens: number, hit_tokens: number, rules: LoadRules): LoadDecision {
  const { chunk_tokens, min_load_tokens, unaligned_handoff } = rules;
  if (hit_tokens === 0) return SKIP.no_hit;
  if (hit_tokens <= hbm_tokens) return SKIP.hbm_satisfies_after_alloc;
  if (hbm_tokens % chunk_tokens !== 0) {
    const boundary_tokens = Math.ceil(hbm_tokens / chunk_tokens) * chunk_tokens;
    const left_tokens = hit_tokens - boundary_tokens;
    const is_worth_it = left_tokens > 0 && left_tokens >= min_load_tokens;
    if (unaligned_handoff && is_worth_it)
      return { action: "handoff", boundary_tokens, to_tokens: hit_tokens };
    return SKIP.unaligned_hbm_prefill;
  }
  if (hit_tokens - hbm_tokens < min_load_tokens) return SKIP.too_small;
  return { action: "load", from_tokens: hbm_tokens, to_tokens: hit_tokens };
}

const SKIP: { readonly [Reason in SkipReason]: LoadDecision } = {
  no_hit: { action: "skip", reason: "no_hit" },
  hbm_satisfies_after_alloc: { action: "skip", reason: "hbm_satisfies_after_alloc" },
  unaligned_hbm_prefill: { action: "skip", reason: "unaligned_hbm_prefill" },
  too_small: { action: "skip", reason: "too_small" },
};
