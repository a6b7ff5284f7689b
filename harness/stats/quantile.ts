// Exact quantiles of small to middling samples.
//
// Definition: linear interpolation between order statistics at rank q × (n − 1), counted from 0: Hyndman & Fan (1996)
// type 7, what numpy.percentile and so vLLM's and SGLang's benchmarks compute. One definition everywhere, so that a
// p99 of a report, of a comparison and of a peer's tool are the same number.

import { assert } from "../domain/assert.ts";

/** Quantile q in [0, 1] of values in ascending order; at least one value. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  assert(ascending.length > 0, "a quantile needs at least one value");
  assert(q >= 0 && q <= 1, "a quantile's q lies in [0, 1]");
  const rank = q * (ascending.length - 1);
  const below = Math.floor(rank);
  const low = Number(ascending[below]);
  if (below + 1 >= ascending.length) return low;
  return low + (rank - below) * (Number(ascending[below + 1]) - low);
}

/** A sorted copy; NaN has no place in an order and is a programmer error. */
export function sortAscending(values: Iterable<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  assert(sorted.length === 0 || !Number.isNaN(sorted[sorted.length - 1]), "samples are numbers, not NaN");
  return sorted;
}
