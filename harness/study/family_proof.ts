// Proves Holm's adjustment over the metrics of a comparison: on A/A pairs, how often any of them looks changed, with and without
// it. Metrics of one run go up and down together, which Holm allows for.

import { assert } from "../domain/assert.ts";
import { binomialUpperBound } from "../stats/binomial.ts";
import { adjustHolm } from "../stats/holm.ts";
import { type PairValues, pairInterval } from "../stats/pair_interval.ts";

export interface FamilyProof {
  readonly comparisons: number;
  readonly metrics: number;
  /** Comparisons in which a metric has p ≤ 0.05, and in which one has p_holm ≤ 0.05. */
  readonly any_p: number;
  readonly any_p_holm: number;
  /** What 99 % of the tests with a true rate of 5 % do not exceed. */
  readonly bound: number;
}

const SIGNIFICANCE = 0.05;

/** `pools`: [metrics][pairs], the same pairs for every metric. */
export function proveFamily(pools: readonly (readonly PairValues[])[], pairs: number): FamilyProof {
  const comparisons = Math.floor(Math.min(...pools.map((pool) => pool.length)) / pairs);
  let any_p = 0;
  let any_p_holm = 0;
  for (let i = 0; i < comparisons; i++) {
    const p_values = pools.map((pool) => pOf(pool.slice(i * pairs, (i + 1) * pairs)));
    if (Math.min(...p_values) <= SIGNIFICANCE) any_p++;
    if (Math.min(...adjustHolm(p_values)) <= SIGNIFICANCE) any_p_holm++;
  }
  const bound = binomialUpperBound(comparisons, SIGNIFICANCE, 0.99);
  return { comparisons, metrics: pools.length, any_p, any_p_holm, bound };
}

function pOf(group: readonly PairValues[]): number {
  const interval = pairInterval(group, "percent");
  assert(interval !== null, "a metric of the pool is not zero");
  return interval.p_value;
}
