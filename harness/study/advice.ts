// What to do next about a comparison, in one sentence. The number of pairs is fixed before a run: advice asks for a new
// comparison with more of them, never for adding pairs until something shows.

import { PAIRS_TO_DECIDE_MAX, pairsToDecide } from "../stats/verdict.ts";

export interface UndecidedEffect {
  readonly estimate: number;
  /** Of one pair. */
  readonly sd: number;
  readonly pairs: number;
  readonly min_effect: number;
}

export function adviseOnePair(): string {
  return "one pair does not show how much runs differ: run again with --pairs 4 (the interval holds only the noise between sessions)";
}

/** Of a new comparison that would decide: more than there were. Null: too many. */
export function pairsInAll({ estimate, sd, pairs, min_effect }: UndecidedEffect): number | null {
  const wanted = pairsToDecide(estimate, sd, min_effect);
  return wanted === null ? null : Math.max(wanted, pairs + 1);
}

/** `within_se`: standard error of the estimate from sessions alone; null when it is not known. */
export function adviseMorePairs(effect: UndecidedEffect, within_se: number | null): string {
  const total = pairsInAll(effect);
  const longer = noiseIsInside(effect, within_se)
    ? "; most noise is between sessions, so longer runs help as well"
    : "";
  if (total === null) {
    return `more than ${PAIRS_TO_DECIDE_MAX} pairs would be needed: lengthen the runs, or raise the minimum effect${longer}`;
  }
  const more = total - effect.pairs;
  return `run ${more} more ${more === 1 ? "pair" : "pairs"}: a new comparison with --pairs ${total}${longer}`;
}

/** Null: it holds among the others too. */
export function noteHolm(p_holm: number, comparisons: number): string | null {
  if (p_holm <= 0.05) return null;
  return `holds alone, not among ${comparisons} comparisons (p_holm is above 0.05): confirm it before acting on it`;
}

function noiseIsInside({ sd, pairs }: UndecidedEffect, within_se: number | null): boolean {
  return within_se !== null && within_se ** 2 > (0.5 * sd ** 2) / pairs;
}
