// Work and what limits it take turns: the limit, the work, the limit again. A turn in which the limit itself changed tells of a
// neighbour and not of the work, and is left out where enough others remain. Only the limit decides, never the work's own figure.

import { quantile, sortAscending } from "../stats/quantile.ts";

/** With fewer steady turns all of them count. */
export const STEADY_TURNS_MIN = 9;
/** The limit holds still when it changes by no more than this share from before a turn to after it. */
const STEADY_SHARE = 0.1;

/** Two looks at one limit, in any one unit. */
export function heldStill(before: number, after: number): boolean {
  return Math.abs(before - after) <= STEADY_SHARE * Math.min(before, after);
}

/** The turns that figures are of. */
export function steadyOrAll<Turn>(
  turns: readonly Turn[],
  isSteady: (turn: Turn) => boolean,
): readonly Turn[] {
  const steady = turns.filter(isSteady);
  return steady.length >= STEADY_TURNS_MIN ? steady : turns;
}

/** Work ÷ limit over turns. */
export interface Ratio {
  readonly median: number;
  readonly quartile_low: number;
  readonly quartile_high: number;
}

/** Of at least one turn. */
export function ratioOf(ratios: readonly number[]): Ratio {
  const sorted = sortAscending(ratios);
  return {
    median: quantile(sorted, 0.5),
    quartile_low: quantile(sorted, 0.25),
    quartile_high: quantile(sorted, 0.75),
  };
}
