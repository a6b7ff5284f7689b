// A request record for tests: sent at 0 unless told, 4 output tokens 10 ms apart after 100 ms, 1,000 prompt tokens, nothing
// cached, no stages.

import type { RequestRecord } from "../domain/request_record.ts";

const MS = 1_000_000;

export function requestRecord(overrides: Partial<RequestRecord> = {}): RequestRecord {
  return {
    arm: "a",
    pair_index: 0,
    session_id: "s0",
    turn_index: 0,
    request_id: "s0/0",
    intended_ns: 0,
    sent_ns: 0,
    first_token_ns: 100 * MS,
    last_token_ns: 130 * MS,
    token_ns: [100 * MS, 110 * MS, 120 * MS, 130 * MS],
    input_tokens: 1000,
    output_tokens: 4,
    cached_tokens: { hbm: 0, cpu: 0, disk: 0 },
    prefill_engine: "prefill-0",
    decode_engine: "decode-0",
    queue_ms: null,
    lookup_ms: null,
    load_ms: null,
    prefill_ms: null,
    handover_ms: null,
    error: null,
    ...overrides,
  };
}

export const FAILED: Pick<RequestRecord, "error"> = {
  error: { code: "connection", detail: "reset by peer" },
};
