// The interval that verdicts are taken from: Student's t over pairs.
//
// A pair is one run of each arm on the same trace and seed; pairs are the only independent repetitions of everything that
// varies between runs. Each pair gives one value per arm (its mean, p99, ratio, …). The estimate compares the means over
// pairs, and its standard error comes from the pairs' own residuals: for percent z_i = (c_i − R b_i) / b̄ with R = c̄ / b̄
// (the linearised ratio estimator: Cochran, Sampling Techniques, 6.4), for points z_i = c_i − b_i.
//
// Why not the percentile bootstrap: with few clusters it is too narrow (Hesterberg 2015, The American Statistician 69:371).
// Measured by `bun run selftest-stats` (paired_coverage.test.ts is its short form): with three pairs whose runs differ the
// bootstrap covers 78 % instead of 95 %, t covers 95 %; where only sessions differ the two-level bootstrap counts their noise
// twice. t over pairs is calibrated in both cases, at the price of wide intervals below four pairs (t = 12.7, 4.3, 3.2 for 2,
// 3, 4 pairs). One pair has no such interval.

import { assert } from "../domain/assert.ts";
import { changeOf, type DeltaUnit } from "./change.ts";
import { mean } from "./distribution.ts";
import { tQuantile, twoSidedP } from "./student_t.ts";

/** What one pair gives: the statistic of each arm's run. */
export interface PairValues {
  readonly baseline: number;
  readonly candidate: number;
}

export interface PairInterval {
  /** Change of the candidate against the baseline, in the unit asked for; likewise lo, hi and sd. */
  readonly estimate: number;
  readonly lo: number;
  readonly hi: number;
  /** Of one pair's change. */
  readonly sd: number;
  /** Two-sided, of "no change". */
  readonly p_value: number;
}

/** Of at least two pairs; null when the baseline is zero and the unit is percent. */
export function pairInterval(pairs: readonly PairValues[], unit: DeltaUnit): PairInterval | null {
  assert(pairs.length >= 2, "an interval over pairs needs at least two pairs");
  const baseline = mean(pairs.map((pair) => pair.baseline));
  const candidate = mean(pairs.map((pair) => pair.candidate));
  const estimate = changeOf(baseline, candidate, unit);
  if (estimate === null) return null;
  const residuals =
    unit === "percent"
      ? pairs.map((pair) => (100 * (pair.candidate - (candidate / baseline) * pair.baseline)) / baseline)
      : pairs.map((pair) => 100 * (pair.candidate - pair.baseline) - estimate);
  const degrees = pairs.length - 1;
  const sd = Math.sqrt(residuals.reduce((sum, z) => sum + z * z, 0) / degrees);
  const se = sd / Math.sqrt(pairs.length);
  const half = tQuantile(0.975, degrees) * se;
  return { estimate, lo: estimate - half, hi: estimate + half, sd, p_value: pValue(estimate, se, degrees) };
}

/** A change below this, in the interval's unit, is rounding. */
const ROUNDING = 1e-9;

/** Without any noise a change is certain and its absence too. */
function pValue(estimate: number, se: number, degrees: number): number {
  if (Math.abs(estimate) < ROUNDING) return 1;
  if (se === 0) return 0;
  return twoSidedP(estimate / se, degrees);
}
