// Time per output token: (E2EL − TTFT) / (output_tokens − 1), so the first token is excluded; undefined for one token.

import { nsToMs } from "../domain/units.ts";
import type { LatencyMetricDefinition } from "./latency_metric.ts";

export const TPOT_MS: LatencyMetricDefinition = {
  name: "tpot_ms",
  unit: "ms",
  of: ({ error, first_token_ns, last_token_ns, output_tokens }) =>
    error !== null || first_token_ns === null || last_token_ns === null || output_tokens < 2
      ? []
      : [nsToMs(last_token_ns - first_token_ns) / (output_tokens - 1)],
};
