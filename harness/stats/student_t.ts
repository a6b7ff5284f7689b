// Student's t distribution: tail probabilities through the regularised incomplete beta function, quantiles by bisection.
// Continued fraction of the incomplete beta and the Lanczos log-gamma: Numerical Recipes, 3rd ed., 6.1 and 6.4 (the
// mathematics; coefficients g = 7, n = 9 by Godfrey). Within 1e-10 of the closed forms of one and two degrees, as the
// tests hold.

import { AssertionError, assert } from "../domain/assert.ts";

/** P(|T| ≥ |t|) with `degrees` of freedom. */
export function twoSidedP(t: number, degrees: number): number {
  assert(degrees >= 1, "degrees of freedom are at least one");
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The t with P(T ≤ t) = `probability`, for 0.5 ≤ probability < 1. */
export function tQuantile(probability: number, degrees: number): number {
  assert(probability >= 0.5 && probability < 1, "a t quantile is asked for the upper half");
  const tail = 2 * (1 - probability);
  let low = 0;
  let high = 1;
  while (twoSidedP(high, degrees) > tail) high *= 2;
  for (let i = 0; i < 80 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (twoSidedP(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast on this side of the mean; the other side follows by symmetry.
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const TINY = 1e-300;
const FRACTION_TERMS_MAX = 500;
/** Relative: a few roundings of a double. */
const CONVERGED = 1e-14;

/** Modified Lentz evaluation of the continued fraction. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= FRACTION_TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < CONVERGED) return fraction;
  }
  throw new AssertionError("the continued fraction of the incomplete beta converges");
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Of z ≥ 0.5, which degrees of at least one give. */
function logGamma(z: number): number {
  const x = z - 1;
  const sum = LANCZOS.reduce(
    (total, coefficient, i) => (i === 0 ? coefficient : total + coefficient / (x + i)),
    0,
  );
  const t = x + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}
