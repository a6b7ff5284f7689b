// Schedule lag: actual send − intended send. A harness that sends late measures itself: a run whose p99 is over its bound is
// invalid. Failed requests were sent too, but they contribute nothing here either, as in every metric.

import { nsToMs } from "../domain/units.ts";
import type { LatencyMetricDefinition } from "./latency_metric.ts";

export const SCHEDULE_LAG_MS: LatencyMetricDefinition = {
  name: "schedule_lag_ms",
  unit: "ms",
  of: (record) => (record.error !== null ? [] : [nsToMs(record.sent_ns - record.intended_ns)]),
};
