// Change points of a series by energy distance: Matteson & James (2014), A Nonparametric Approach for Multiple Change Point
// Analysis of Multivariate Data, JASA 109:334, with α = 1 and one dimension. No shape of noise is assumed, only that values
// are exchangeable while nothing changes.
//
// A segment is split where q(τ) = m n / (m + n) × (2 mean|x − y| − mean|x − x'| − mean|y − y'|) is largest, if a permutation
// test finds that it is larger than order alone explains; then each part is searched on its own. (The paper permutes within
// all segments at once; testing each segment by itself is the same for the first split, and later ones do not depend on
// changes elsewhere.) The p-value is sequential (Besag & Clifford, 1991, Biometrika 78:301): permuting stops once too many
// permutations reach q for the split to be significant, so that a p above the significance is rough, and cheap.

import { assert } from "../domain/assert.ts";
import type { RandomSource } from "./random_source.ts";

export interface ChangePoint {
  /** Index of the first value behind the change. */
  readonly index: number;
  readonly p_value: number;
}

export interface EDivisiveOptions {
  readonly random: RandomSource;
  /** A split with a larger p is none. */
  readonly significance: number;
  /** At most; the smallest possible p is 1 / (permutations + 1). */
  readonly permutations: number;
  /** Fewest values on either side of a change. */
  readonly min_segment: number;
}

/** In ascending order. */
export function findChangePoints(series: readonly number[], options: EDivisiveOptions): ChangePoint[] {
  assert(series.every(Number.isFinite), "a series is of finite numbers");
  const found: ChangePoint[] = [];
  const open: [number, number][] = [[0, series.length]];
  for (let segment = open.pop(); segment !== undefined; segment = open.pop()) {
    const [start, end] = segment;
    const change = testSegment(series.slice(start, end), options);
    if (change === null || change.p_value > options.significance) continue;
    const index = start + change.index;
    found.push({ index, p_value: change.p_value });
    open.push([start, index], [index, end]);
  }
  return found.sort((a, b) => a.index - b.index);
}

/** The best split of one segment with its p; null: too short to be split. */
export function testSegment(values: readonly number[], options: EDivisiveOptions): ChangePoint | null {
  assert(options.min_segment >= 2, "a segment has at least two values, or it has no spread");
  if (values.length < 2 * options.min_segment) return null;
  const order = Float64Array.from(values);
  const best = bestSplit(order, options.min_segment);
  // Sums that are equal on paper may differ in the last bits.
  const threshold = best.q - 1e-12 * Math.abs(best.q);
  const too_many = Math.max(1, Math.floor(options.significance * (options.permutations + 1)));
  let draws = 0;
  let reached = 0;
  while (draws < options.permutations && reached < too_many) {
    shuffle(order, options.random);
    draws++;
    if (bestSplit(order, options.min_segment).q >= threshold) reached++;
  }
  const p_value = reached >= too_many ? reached / draws : (reached + 1) / (draws + 1);
  return { index: best.index, p_value };
}

interface Split {
  readonly index: number;
  readonly q: number;
}

/** O(n²): sums of distances within and across are carried from one split to the next. */
function bestSplit(values: Float64Array, min_segment: number): Split {
  const n = values.length;
  let within_left = 0;
  let within_right = sumOfDistances(values);
  let across = 0;
  let best: Split = { index: min_segment, q: Number.NEGATIVE_INFINITY };
  for (let index = 1; index <= n - min_segment; index++) {
    const moved = Number(values[index - 1]);
    let to_left = 0;
    let to_right = 0;
    for (let i = 0; i < index - 1; i++) to_left += Math.abs(Number(values[i]) - moved);
    for (let i = index; i < n; i++) to_right += Math.abs(Number(values[i]) - moved);
    within_left += to_left;
    within_right -= to_right;
    across += to_right - to_left;
    if (index < min_segment) continue;
    const q = energy(index, n - index, within_left, within_right, across);
    if (q > best.q) best = { index, q };
  }
  return best;
}

function energy(m: number, n: number, within_left: number, within_right: number, across: number): number {
  const between = (2 * across) / (m * n);
  const left = (2 * within_left) / (m * (m - 1));
  const right = (2 * within_right) / (n * (n - 1));
  return ((m * n) / (m + n)) * (between - left - right);
}

function sumOfDistances(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) sum += Math.abs(Number(values[i]) - Number(values[j]));
  }
  return sum;
}

function shuffle(values: Float64Array, random: RandomSource): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = Number(values[i]);
    values[i] = Number(values[j]);
    values[j] = held;
  }
}
