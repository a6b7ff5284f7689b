// What becomes of stored KV when the weights change (levels of the factor weight_reset).

export const WEIGHT_RESETS = ["hard", "unforced", "none"] as const;
/**
 * hard: the store is wiped. unforced: leased blocks stay (SGLang's storage clear). none: only the engines' own caches are
 * emptied (SGLang's flush_cache).
 */
export type WeightReset = (typeof WEIGHT_RESETS)[number];

/** The reset_prefix_cache that follows new weights: whether it reaches the store, and with what force. */
export function storeResetOf(weight_reset: WeightReset): {
  readonly reset_connector: boolean;
  readonly force: boolean;
} {
  return { reset_connector: weight_reset !== "none", force: weight_reset !== "unforced" };
}
