// The noise of every compared metric, from A/A pairs: two runs of one configuration on one trace. What differs between them is
// noise; resampling the conversations of a pair says how much of it is theirs.

import type { Random } from "../clock/random.ts";
import type { NoiseMetric } from "../domain/noise_profile.ts";
import { mean } from "../stats/distribution.ts";
import { pairInterval } from "../stats/pair_interval.ts";
import type { ComparedMetric, MatchedPair } from "./compared_metric.ts";
import { COMPARED_METRICS } from "./compared_metrics.ts";

const RESAMPLES = 200;

/** At least two pairs. A metric that a run does not have is absent. */
export function measureNoise(pairs: readonly MatchedPair[], random: Random): NoiseMetric[] {
  return COMPARED_METRICS.flatMap((metric) => noiseOf(metric, pairs, random.fork(metric.metric)) ?? []);
}

function noiseOf(metric: ComparedMetric, pairs: readonly MatchedPair[], random: Random): NoiseMetric | null {
  const values = pairs.map((pair) => metric.valuesOf(pair)).filter((value) => value !== null);
  if (values.length < pairs.length) return null;
  const interval = pairInterval(values, metric.unit);
  if (interval === null) return null;
  const within_sd = withinPairs(metric, pairs, random);
  return {
    metric: metric.metric,
    unit: metric.unit,
    mean: mean(values.flatMap(({ baseline, candidate }) => [baseline, candidate])),
    pair_sd: interval.sd,
    within_sd,
    between_sd: within_sd === null ? null : Math.sqrt(Math.max(0, interval.sd ** 2 - within_sd ** 2)),
  };
}

/** Root mean square of each pair's own standard error. Null: the metric is of whole runs. */
function withinPairs(metric: ComparedMetric, pairs: readonly MatchedPair[], random: Random): number | null {
  const options = { levels: "sessions", unit: metric.unit, resamples: RESAMPLES, random } as const;
  const squares = pairs.flatMap((pair) => {
    const resampled = metric.bootstrap([pair], options);
    return resampled === null ? [] : [resampled.se ** 2];
  });
  return squares.length < pairs.length ? null : Math.sqrt(mean(squares));
}
