// What an interval allows one to say. Decided from the interval alone and a minimum effect fixed in advance:
//
//   no_difference  the whole interval lies within ± the minimum effect: whatever the change is, it is too small to matter
//   better, worse  the interval excludes zero and the estimate is at least the minimum effect
//   inconclusive   anything else, and always with fewer than two pairs: not enough data is a verdict

import { tQuantile } from "./student_t.ts";

export type Verdict = "better" | "worse" | "no_difference" | "inconclusive";

/** Which direction of a metric is good. */
export type Goodness = "lower" | "higher";

/** The estimate, its 95 % interval and the minimum effect are in one unit: percent of the baseline, or percentage points. */
export interface Effect {
  readonly estimate: number;
  readonly lo: number;
  readonly hi: number;
  readonly pairs: number;
  readonly min_effect: number;
  readonly goodness: Goodness;
}

/** Smaller changes of a time or a rate are called no difference, unless a run says otherwise: a choice, in % of the baseline. */
export const DEFAULT_MIN_EFFECT_PCT = 2;
/** The same of a ratio, in percentage points. */
export const DEFAULT_MIN_EFFECT_POINTS = 1;

export function decideVerdict(effect: Effect): Verdict {
  const { estimate, lo, hi, pairs, min_effect } = effect;
  if (pairs < 2) return "inconclusive";
  if (lo > -min_effect && hi < min_effect) return "no_difference";
  const excludes_zero = lo > 0 || hi < 0;
  if (!excludes_zero || Math.abs(estimate) < min_effect) return "inconclusive";
  const improved = effect.goodness === "lower" ? estimate < 0 : estimate > 0;
  return improved ? "better" : "worse";
}

/** More pairs than these nobody runs: a larger answer is no advice. */
export const PAIRS_TO_DECIDE_MAX = 200;
/** t of two pairs is 12.7, so that they decide next to nothing. */
const PAIRS_TO_DECIDE_MIN = 3;

/**
 * Pairs in all that would decide with 80 % power if the estimate and the spread `sd` of one pair are about right: the
 * smallest n ≥ PAIRS_TO_DECIDE_MIN with (t₀.₉₇₅ + t₀.₈₀) × sd / √n ≤ the distance to resolve. All arguments in one unit.
 * Null: more than PAIRS_TO_DECIDE_MAX.
 */
export function pairsToDecide(estimate: number, sd: number, min_effect: number): number | null {
  const distance = distanceToResolve(Math.abs(estimate), min_effect);
  for (let n = PAIRS_TO_DECIDE_MIN; n <= PAIRS_TO_DECIDE_MAX; n++) {
    const factor = tQuantile(0.975, n - 1) + tQuantile(0.8, n - 1);
    if ((factor * sd) / Math.sqrt(n) <= distance) return n;
  }
  return null;
}

/**
 * A change that matters must be told from zero; a small one from the minimum effect. Near the minimum effect the second
 * would ask for any number of pairs, so half of it is the finest distance asked for.
 */
function distanceToResolve(size: number, min_effect: number): number {
  return size >= min_effect ? size : Math.max(min_effect - size, min_effect / 2);
}
