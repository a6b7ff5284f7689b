// Every latency metric by name, each in a file of its own.

import { E2EL_MS } from "./e2el_ms.ts";
import { ITL_MS } from "./itl_ms.ts";
import type { LatencyMetricDefinition } from "./latency_metric.ts";
import type { LatencyMetric } from "./run_summary.ts";
import { SCHEDULE_LAG_MS } from "./schedule_lag_ms.ts";
import { TPOT_MS } from "./tpot_ms.ts";
import { TTFT_MS } from "./ttft_ms.ts";

export const LATENCY_METRIC_DEFINITIONS: Readonly<Record<LatencyMetric, LatencyMetricDefinition>> = {
  ttft_ms: TTFT_MS,
  tpot_ms: TPOT_MS,
  itl_ms: ITL_MS,
  e2el_ms: E2EL_MS,
  schedule_lag_ms: SCHEDULE_LAG_MS,
};
