// The simulator held against the live run on the same seeds: each figure of both, and the error as a part of the live one. The
// stages of TTFT say where its error comes from: theirs are parts of the live mean TTFT, so that they add up to its error.

import { TIERS } from "../domain/tier.ts";
import { isAvailable } from "../measure/measured.ts";
import type { ArmSummary, Measured, PredictedValue, RunSummary } from "../measure/run_summary.ts";

const LATENCIES = ["ttft_ms", "tpot_ms", "e2el_ms"] as const;
const STATISTICS = ["mean", "p50", "p90", "p99"] as const;
const STAGE = "ttft_in_";

/** Figures that one of the two does not have are left out. */
export function predictionErrors(live: RunSummary, sim: RunSummary): PredictedValue[] {
  return live.arms.flatMap((arm) => {
    const simulated = sim.arms.find(({ name }) => name === arm.name);
    if (simulated === undefined) return [];
    const predicted = figuresOf(simulated);
    const { ttft_ms } = arm.metrics;
    return [...figuresOf(arm)].flatMap(([metric, value]) => {
      const prediction = predicted.get(metric);
      if (prediction === undefined) return [];
      const of = metric.startsWith(STAGE) && isAvailable(ttft_ms) ? ttft_ms.mean : value;
      return [compare(arm.name, metric, value, prediction, of)];
    });
  });
}

/** The error is a part of `of`. */
function compare(arm: string, metric: string, live: number, sim: number, of: number): PredictedValue {
  const values = { arm, metric, live, sim };
  if (of === 0) return sim === live ? { ...values, error_pct: 0 } : values;
  return { ...values, error_pct: (100 * (sim - live)) / of };
}

function figuresOf(arm: ArmSummary): Map<string, number> {
  const figures = new Map<string, number>();
  for (const metric of LATENCIES) {
    const distribution = arm.metrics[metric];
    if (!isAvailable(distribution)) continue;
    for (const statistic of STATISTICS) figures.set(`${metric}_${statistic}`, distribution[statistic]);
  }
  const add = (name: string, value: Measured): void => {
    if (isAvailable(value)) figures.set(name, value);
  };
  for (const { stage, mean_ms } of arm.stages) add(`${STAGE}${stage}_ms_mean`, mean_ms);
  for (const tier of TIERS) add(`hit_tokens_${tier}`, arm.tiers[tier].hit_tokens);
  add("miss_tokens", arm.tiers.miss.tokens);
  return figures;
}
