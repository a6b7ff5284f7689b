// Requests as CSV: the fields of requests.jsonl without the time of every token, and the latencies derived from them.

import type { RequestRecord } from "../harness/domain/request_record.ts";
import { TIERS } from "../harness/domain/tier.ts";
import { LATENCY_METRIC_DEFINITIONS } from "../harness/measure/latency_metrics.ts";
import { type CsvValue, csvTable } from "./data/csv_table.ts";

const PLAIN_FIELDS = [
  "arm",
  "pair_index",
  "session_id",
  "turn_index",
  "request_id",
  "intended_ns",
  "sent_ns",
  "first_token_ns",
  "last_token_ns",
  "input_tokens",
  "output_tokens",
  "prefill_engine",
  "decode_engine",
  "queue_ms",
  "lookup_ms",
  "load_ms",
  "prefill_ms",
  "handover_ms",
] as const;
/** ITL has a sample per token, not per request. */
const LATENCIES = ["ttft_ms", "tpot_ms", "e2el_ms", "schedule_lag_ms"] as const;

export function requestsCsv(records: readonly RequestRecord[]): string {
  const header = [
    ...PLAIN_FIELDS,
    ...TIERS.map((tier) => `cached_tokens_${tier}`),
    ...LATENCIES,
    "error_code",
    "error_detail",
  ];
  return csvTable(header, records.map(requestRow));
}

function requestRow(record: RequestRecord): CsvValue[] {
  return [
    ...PLAIN_FIELDS.map((field) => record[field]),
    ...TIERS.map((tier) => record.cached_tokens?.[tier] ?? null),
    ...LATENCIES.map((metric) => LATENCY_METRIC_DEFINITIONS[metric].of(record)[0] ?? null),
    record.error?.code ?? null,
    record.error?.detail ?? null,
  ];
}
