// How many of n independent trials succeed, for judging how often verdicts are wrong: exact tails, no normal approximation.

import { assert } from "../domain/assert.ts";

/** P(X ≤ k) of n trials with probability p each. Terms are carried as logarithms, so that (1 − p)ⁿ does not underflow. */
export function binomialAtMost(k: number, n: number, p: number): number {
  assert(n >= 0 && p > 0 && p < 1, "a binomial has trials and a probability inside (0, 1)");
  let log_term = n * Math.log1p(-p);
  let sum = 0;
  for (let i = 0; i <= Math.min(k, n); i++) {
    sum += Math.exp(log_term);
    log_term += Math.log((n - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return Math.min(1, sum);
}

/** The smallest k that at least a part `confidence` of the experiments does not exceed. */
export function binomialUpperBound(n: number, p: number, confidence: number): number {
  for (let k = 0; k <= n; k++) if (binomialAtMost(k, n, p) >= confidence) return k;
  return n;
}

export interface ProportionInterval {
  readonly lo: number;
  readonly hi: number;
}

/** Chance that the truth lies beyond one end of a 95 % interval. */
const TAIL = 0.025;

/** Exact 95 % interval of the probability behind k successes of n: Clopper & Pearson (1934), Biometrika 26:404. */
export function proportionInterval(k: number, n: number): ProportionInterval {
  assert(n > 0 && k >= 0 && k <= n, "successes are part of the trials");
  return {
    lo: k === 0 ? 0 : bisect((p) => 1 - binomialAtMost(k - 1, n, p) >= TAIL),
    hi: k === n ? 1 : bisect((p) => binomialAtMost(k, n, p) < TAIL),
  };
}

/** More than the 53 bits of a double. */
const HALVINGS = 60;

/** The p in (0, 1) from which `holds` holds. */
function bisect(holds: (p: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}
