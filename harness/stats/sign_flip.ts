// Sign-flip permutation test on paired differences: under "the switch does nothing" each pair's difference is as likely
// with either sign, so the observed mean is compared with the means under all sign patterns. Assumes symmetry, not
// normality. Its smallest p is 2 / 2ⁿ: five pairs cannot reach 0.05, six can (0.031).
// Source: Fisher's randomisation test; Ernst (2004), Statistical Science 19:676.

import { assert } from "../domain/assert.ts";
import type { RandomSource } from "./random_source.ts";

/** Up to this many pairs every sign pattern is tried (2¹² = 4,096). */
const EXACT_PAIRS_MAX = 12;
const MONTE_CARLO_DRAWS = 10_000;

/** Two-sided p of "the mean difference is zero". */
export function signFlipP(differences: readonly number[], random: RandomSource): number {
  assert(differences.length > 0, "a sign-flip test needs at least one difference");
  const observed = Math.abs(differences.reduce((sum, d) => sum + d, 0));
  // Sums that are equal on paper may differ in the last bit.
  const threshold = observed * (1 - 1e-12);
  return differences.length <= EXACT_PAIRS_MAX
    ? exactP(differences, threshold)
    : monteCarloP(differences, threshold, random);
}

function exactP(differences: readonly number[], threshold: number): number {
  const patterns = 2 ** differences.length;
  let as_extreme = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    const sum = differences.reduce((total, d, i) => total + ((pattern >> i) & 1 ? -d : d), 0);
    if (Math.abs(sum) >= threshold) as_extreme++;
  }
  return as_extreme / patterns;
}

/** The observed pattern counts as one draw, so that p is never 0. */
function monteCarloP(differences: readonly number[], threshold: number, random: RandomSource): number {
  let as_extreme = 1;
  for (let draw = 0; draw < MONTE_CARLO_DRAWS; draw++) {
    const sum = differences.reduce((total, d) => total + (random.uniform() < 0.5 ? -d : d), 0);
    if (Math.abs(sum) >= threshold) as_extreme++;
  }
  return as_extreme / (MONTE_CARLO_DRAWS + 1);
}
