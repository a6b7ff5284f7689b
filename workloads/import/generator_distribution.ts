// The distributions that vLLM's generate_conversations files name: constant {value}, uniform {min, max}, lognormal
// {average, median_ratio} or {mean, sigma}, zipf {alpha}, poisson {alpha}; the last three take an optional {max}. Checked
// when read, drawn from afterwards. Lognormal's `mean` and `sigma` are those of the logarithm; with `average` the median is
// median_ratio (0.85) of it. vLLM also rescales each sample to its average; here the average is the distribution's.

import type { Random } from "../../harness/clock/random.ts";
import type { RowFields } from "./row_fields.ts";

export type Draw = (random: Random) => number;

export const GENERATOR_DISTRIBUTIONS = ["constant", "uniform", "lognormal", "zipf", "poisson"] as const;

const DEFAULT_MEDIAN_RATIO = 0.85;

/** What is wrong is with the fields' problems; null where the distribution is none of these. */
export function readDistribution(fields: RowFields): Draw | null {
  const name = fields.text("distribution");
  const kind = GENERATOR_DISTRIBUTIONS.find((known) => known === name);
  if (kind !== undefined) return READERS[kind](fields);
  const rule = `must be one of ${GENERATOR_DISTRIBUTIONS.join(", ")}`;
  if (name !== "") fields.problem("distribution", rule, name, "Use one of them.");
  return null;
}

const READERS: Readonly<Record<(typeof GENERATOR_DISTRIBUTIONS)[number], (fields: RowFields) => Draw>> = {
  constant: (fields) => {
    const value = fields.number("value", 0);
    return () => value;
  },
  uniform: (fields) => {
    const min = fields.number("min", 0);
    const max = fields.number("max", min);
    return (random) => min + random.below(Math.floor(max - min) + 1);
  },
  lognormal: (fields) => {
    const { mean, sigma } = fields.has("average") ? fromAverage(fields) : fromLogarithm(fields);
    return capped(fields, (random) => Math.exp(mean + sigma * random.normal()));
  },
  zipf: (fields) => {
    const alpha = fields.number("alpha", 1);
    if (alpha === 1) fields.problem("alpha", "must be above 1", alpha);
    return capped(fields, (random) => drawZipf(random, alpha));
  },
  poisson: (fields) => {
    const mean = fields.number("alpha", 0);
    return capped(fields, (random) => drawPoisson(random, mean));
  },
};

function fromAverage(fields: RowFields): { mean: number; sigma: number } {
  const average = fields.number("average", 1);
  const ratio = fields.has("median_ratio") ? fields.number("median_ratio", 0) : DEFAULT_MEDIAN_RATIO;
  if (ratio <= 0 || ratio >= 1) fields.problem("median_ratio", "must lie between 0 and 1", ratio);
  // median = e^mean and average = e^(mean + sigma² / 2), so sigma² = −2 ln(median / average).
  return { mean: Math.log(average * ratio), sigma: Math.sqrt(-2 * Math.log(ratio)) };
}

function fromLogarithm(fields: RowFields): { mean: number; sigma: number } {
  return { mean: fields.number("mean", 0), sigma: fields.number("sigma", 0) };
}

function capped(fields: RowFields, draw: Draw): Draw {
  if (!fields.has("max")) return draw;
  const max = fields.number("max", 0);
  return (random) => Math.min(max, draw(random));
}

/** Rejection from a Pareto envelope (Devroye 1986, X.6.1). */
function drawZipf(random: Random, alpha: number): number {
  const b = 2 ** (alpha - 1);
  for (;;) {
    const u = 1 - random.uniform();
    const x = Math.floor(u ** (-1 / (alpha - 1)));
    if (!Number.isFinite(x)) continue;
    const t = (1 + 1 / x) ** (alpha - 1);
    if ((random.uniform() * x * (t - 1)) / (b - 1) <= t / b) return x;
  }
}

/** Counts exponential gaps that fit into the mean: exact, and quick enough for token counts. */
function drawPoisson(random: Random, mean: number): number {
  let count = 0;
  for (let time = random.exponential(1); time < mean; time += random.exponential(1)) count++;
  return count;
}
