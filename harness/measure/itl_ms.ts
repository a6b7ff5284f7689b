// Inter-token latency: the gaps between consecutive token events of one request. Tokens that one event carried share its
// time and make no gap of their own: an event is not a token.

import { nsToMs } from "../domain/units.ts";
import type { LatencyMetricDefinition } from "./latency_metric.ts";

export const ITL_MS: LatencyMetricDefinition = {
  name: "itl_ms",
  unit: "ms",
  of: ({ error, token_ns }) => (error === null ? gaps_ms(token_ns) : []),
};

function gaps_ms(token_ns: readonly number[]): number[] {
  const gaps: number[] = [];
  let previous_ns = token_ns[0];
  for (const time_ns of token_ns) {
    if (previous_ns !== undefined && time_ns > previous_ns) gaps.push(nsToMs(time_ns - previous_ns));
    previous_ns = time_ns;
  }
  return gaps;
}
