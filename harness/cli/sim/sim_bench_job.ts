// What sim-bench asks of the process that measures.

import type { TierLevel } from "../../domain/factor_levels.ts";

/** Of the curve's first row. */
export const FIRST_REQUESTS = 1_000;

export interface SimBenchJob {
  /** Requests of the curve's last row, at most. */
  readonly max: number;
  readonly nodes: number;
  readonly tiers: TierLevel;
  /** A Mooncake trace; null: the curve. */
  readonly trace: string | null;
  readonly json: boolean;
}
