// Time to first token: first non-empty token event − request sent.

import { nsToMs } from "../domain/units.ts";
import type { LatencyMetricDefinition } from "./latency_metric.ts";

export const TTFT_MS: LatencyMetricDefinition = {
  name: "ttft_ms",
  unit: "ms",
  of: (record) =>
    record.error !== null || record.first_token_ns === null
      ? []
      : [nsToMs(record.first_token_ns - record.sent_ns)],
};
