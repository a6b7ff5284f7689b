// What a latency metric is: a function of one request's record. Definitions: spec field_notes.md, "Metric definitions".
// A failed request contributes nothing to any of them; it is counted as an error.

import type { RequestRecord } from "../domain/request_record.ts";
import type { LatencyMetric } from "./run_summary.ts";

export interface LatencyMetricDefinition {
  readonly name: LatencyMetric;
  readonly unit: "ms";
  /** Samples of one record: none, one, or one per gap. */
  readonly of: (record: RequestRecord) => readonly number[];
}
