// How long an arm's run took: first intended send to last token.

import type { RequestRecord } from "../domain/request_record.ts";

/** 0 when no token came. */
export function runDurationNs(records: readonly RequestRecord[]): number {
  let first_ns = Number.POSITIVE_INFINITY;
  let last_ns = Number.NEGATIVE_INFINITY;
  for (const { intended_ns, last_token_ns } of records) {
    first_ns = Math.min(first_ns, intended_ns);
    if (last_token_ns !== null) last_ns = Math.max(last_ns, last_token_ns);
  }
  return Math.max(0, last_ns - first_ns);
}
