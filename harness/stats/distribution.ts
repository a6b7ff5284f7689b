// What is said of a list of samples. Exact (no buckets); quantiles as defined in quantile.ts.

import { assert } from "../domain/assert.ts";
import { quantile, sortAscending } from "./quantile.ts";

export interface Distribution {
  readonly n: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Of at least one sample; whoever has none says why instead. */
export function describeSamples(samples: readonly number[]): Distribution {
  assert(samples.length > 0, "a distribution has at least one sample");
  const ascending = sortAscending(samples);
  return {
    n: ascending.length,
    mean: mean(ascending),
    p50: quantile(ascending, 0.5),
    p90: quantile(ascending, 0.9),
    p95: quantile(ascending, 0.95),
    p99: quantile(ascending, 0.99),
    p999: quantile(ascending, 0.999),
    max: quantile(ascending, 1),
  };
}

export function mean(values: ArrayLike<number>): number {
  assert(values.length > 0, "a mean needs at least one value");
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Number(values[i]);
  return sum / values.length;
}
