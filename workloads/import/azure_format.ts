// Azure LLM inference traces (2023 and 2024): CSV `TIMESTAMP,ContextTokens,GeneratedTokens`, timestamps of UTC with up to
// nine fractional digits (seven in 2023) and, in 2024, `+00:00`. Contents and sessions are not told.

import { NS_PER_S } from "../../harness/domain/units.ts";
import { csvRequests } from "./csv_requests.ts";
import type { RowFields } from "./row_fields.ts";
import type { TraceFormat, TraceRow, TraceSource } from "./trace_format.ts";

const COLUMNS = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] as const;

export const AZURE: TraceFormat = {
  name: "azure",
  looks_like: "CSV with TIMESTAMP, ContextTokens, GeneratedTokens",
  block_tokens: null,
  recognises: ({ header }) => COLUMNS.every((column) => header.includes(column)),
  rows,
};

function rows({ path }: TraceSource): Generator<TraceRow, void> {
  let first: Instant | null = null;
  const toRow = (fields: RowFields): TraceRow => {
    const instant = readInstant(fields);
    first ??= instant;
    const at_ns = instant === null || first === null ? 0 : nsBetween(first, instant);
    if (at_ns < 0) {
      fields.problem("TIMESTAMP", "must not lie before the first row's", fields.text("TIMESTAMP"));
    }
    const input_tokens = fields.tokens("ContextTokens");
    const output_tokens = fields.tokens("GeneratedTokens");
    const request = { at_ns, delay_ns: null, input_tokens, output_tokens, hash_ids: null, session_id: null };
    return { kind: "request", request };
  };
  return csvRequests(path, { columns: COLUMNS, toRow });
}

/** Whole seconds of the Unix epoch, and the rest, so that ns stay exact. */
interface Instant {
  readonly epoch_s: number;
  readonly ns: number;
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?$/;

function readInstant(fields: RowFields): Instant | null {
  const text = fields.text("TIMESTAMP");
  const match = TIMESTAMP.exec(text);
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1, 7).map(Number);
  const epoch_ms = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  if (match === null || !Number.isFinite(epoch_ms)) {
    fields.problem("TIMESTAMP", "must be a time of UTC such as 2023-11-16 18:15:46.6805900", text);
    return null;
  }
  return { epoch_s: epoch_ms / 1000, ns: Number((match[7] ?? "").padEnd(9, "0")) };
}

function nsBetween(from: Instant, to: Instant): number {
  return (to.epoch_s - from.epoch_s) * NS_PER_S + (to.ns - from.ns);
}
