// What a study or a night may ask for: what arms are compared on, and what only some claims are about.

import type { ArmRun } from "../measure/arm_run.ts";
import { armCounter } from "../measure/arm_scrapes.ts";
import { isAvailable } from "../measure/measured.ts";
import { ENGINE_SERIES } from "../measure/metric_names.ts";
import { type ComparedMetric, runMetric } from "./compared_metric.ts";
import { COMPARED_METRICS } from "./compared_metrics.ts";

export const STUDY_METRICS: readonly ComparedMetric[] = [
  ...COMPARED_METRICS,
  // GETs as sent to the store, one line each in vLLM's tier log.
  runMetric({ metric: "get_batches", goodness: "lower", unit: "percent" }, getBatches),
];

/** Null where there is no store. */
function getBatches(run: ArmRun): number | null {
  const get_batches = armCounter([run], "engines", ENGINE_SERIES.get_batches);
  return isAvailable(get_batches) ? get_batches : null;
}
