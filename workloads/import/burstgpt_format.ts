// BurstGPT: CSV `Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type`; files before
// the second release lack `Session ID` and `Elapsed time`. Timestamps are s from the trace's start. A row with 0 response
// tokens is a request that failed at the provider and is left out. Contents are not told, so nothing is shared, not even
// between the turns of a session.

import { NS_PER_S } from "../../harness/domain/units.ts";
import { csvRequests } from "./csv_requests.ts";
import type { RowFields } from "./row_fields.ts";
import type { TraceFormat, TraceRow } from "./trace_format.ts";

const COLUMNS = ["Timestamp", "Request tokens", "Response tokens"] as const;
const SESSION = "Session ID";

export const BURSTGPT: TraceFormat = {
  name: "burstgpt",
  looks_like: "CSV with Timestamp (s), Request tokens, Response tokens and, in newer files, Session ID",
  block_tokens: null,
  recognises: ({ header }) => COLUMNS.every((column) => header.includes(column)),
  rows: ({ path }) => csvRequests(path, { columns: COLUMNS, toRow }),
};

function toRow(fields: RowFields): TraceRow {
  const at_ns = fields.time_ns("Timestamp", NS_PER_S);
  const input_tokens = fields.tokens("Request tokens");
  const output_tokens = fields.tokens("Response tokens", 0);
  if (output_tokens === 0) return { kind: "left_out", reason: "request that failed (0 response tokens)" };
  // API calls have an empty session id.
  const session_id = fields.has(SESSION) && fields.text(SESSION) !== "" ? fields.id(SESSION) : null;
  const request = { at_ns, delay_ns: null, input_tokens, output_tokens, hash_ids: null, session_id };
  return { kind: "request", request };
}
