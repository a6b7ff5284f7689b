// Goodput: the rate of requests that met every objective the run was given, as vLLM's and AIPerf's benchmarks define it. A request
// that failed or was rejected met none. One of a single output token has no TPOT and is held to the other objectives.

import type { RequestRecord } from "../domain/request_record.ts";
import { LATENCY_METRIC_DEFINITIONS } from "./latency_metrics.ts";
import type { GoodputSummary, LatencyObjectives } from "./run_summary.ts";

/** `records`: all of an arm, failed ones too. Undefined: no objective was set. */
export function goodputOf(
  records: readonly RequestRecord[],
  duration_s: number,
  objectives: LatencyObjectives,
): GoodputSummary | undefined {
  if (Object.keys(objectives).length === 0) return undefined;
  const good_requests = records.filter((record) => meets(record, objectives)).length;
  return {
    objectives,
    good_requests,
    ratio: records.length === 0 ? 0 : good_requests / records.length,
    requests_per_s: duration_s > 0 ? good_requests / duration_s : 0,
  };
}

function meets(record: RequestRecord, { ttft_ms, tpot_ms, e2el_ms }: LatencyObjectives): boolean {
  if (record.error !== null) return false;
  const within = (metric: "ttft_ms" | "tpot_ms" | "e2el_ms", most: number | undefined): boolean =>
    most === undefined || LATENCY_METRIC_DEFINITIONS[metric].of(record).every((ms) => ms <= most);
  return within("ttft_ms", ttft_ms) && within("tpot_ms", tpot_ms) && within("e2el_ms", e2el_ms);
}
