// What a study or a night may ask for: what arms are compared on, and what only some claims are about.

import type { RequestRecord } from "../domain/request_record.ts";
import type { ArmRun } from "../measure/arm_run.ts";
import { armCounter } from "../measure/arm_scrapes.ts";
import { isAvailable } from "../measure/measured.ts";
import { ENGINE_SERIES } from "../measure/metric_names.ts";
import { meanOfSessions } from "../stats/session_statistic.ts";
import { type ComparedMetric, runMetric, sessionMetric } from "./compared_metric.ts";
import { COMPARED_METRICS } from "./compared_metrics.ts";

export const STUDY_METRICS: readonly ComparedMetric[] = [
  ...COMPARED_METRICS,
  // GETs as sent to the store, one line each in vLLM's tier log.
  runMetric({ metric: "get_batches", goodness: "lower", unit: "percent" }, getBatches),
  // Of the requests that load: from the decision to load until the KV is there, with the wait for the executor.
  sessionMetric(
    { metric: "load_ms_mean", goodness: "lower", unit: "percent" },
    (records) => records.flatMap(loadsOf),
    meanOfSessions,
  ),
];

function loadsOf({ load_ms, cached_tokens }: RequestRecord): number[] {
  const loaded_tokens = (cached_tokens?.cpu ?? 0) + (cached_tokens?.disk ?? 0);
  return load_ms === null || loaded_tokens === 0 ? [] : [load_ms];
}

/** Null where there is no store. */
function getBatches(run: ArmRun): number | null {
  const get_batches = armCounter([run], "engines", ENGINE_SERIES.get_batches);
  return isAvailable(get_batches) ? get_batches : null;
}
