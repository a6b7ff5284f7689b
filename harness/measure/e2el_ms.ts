// End-to-end latency: last token event − request sent.

import { nsToMs } from "../domain/units.ts";
import type { LatencyMetricDefinition } from "./latency_metric.ts";

export const E2EL_MS: LatencyMetricDefinition = {
  name: "e2el_ms",
  unit: "ms",
  of: (record) =>
    record.error !== null || record.last_token_ns === null
      ? []
      : [nsToMs(record.last_token_ns - record.sent_ns)],
};
