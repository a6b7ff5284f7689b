/** What the workload asked of each arm, over all its runs. */
export interface PlannedLoad {
  readonly requests: number;
  readonly prompt_tokens: number;
  /** Ceiling of all runs together: tokens that repeat ÷ prompt tokens, as an arm's hits are. */
  readonly theoretical_hit_ratio: number;
}
