import { expect, test } from "bun:test";
import { E2EL_MS } from "./e2el_ms.ts";
import { ITL_MS } from "./itl_ms.ts";
import { LATENCY_METRIC_DEFINITIONS } from "./latency_metrics.ts";
import { FAILED, requestRecord } from "./request_fixture.ts";
import { LATENCY_METRICS } from "./run_summary.ts";
import { SCHEDULE_LAG_MS } from "./schedule_lag_ms.ts";
import { TPOT_MS } from "./tpot_ms.ts";
import { TTFT_MS } from "./ttft_ms.ts";

const MS = 1_000_000;

// intended 5, sent 7, tokens at 107, 117, 117, 147 (the second event carried two tokens), all in ms
const RECORD = requestRecord({
  intended_ns: 5 * MS,
  sent_ns: 7 * MS,
  first_token_ns: 107 * MS,
  last_token_ns: 147 * MS,
  token_ns: [107 * MS, 117 * MS, 117 * MS, 147 * MS],
  output_tokens: 4,
});

test("TTFT and E2EL count from the send, schedule lag is what the send was late", () => {
  expect(TTFT_MS.of(RECORD)).toEqual([100]); // 107 − 7
  expect(E2EL_MS.of(RECORD)).toEqual([140]); // 147 − 7
  expect(SCHEDULE_LAG_MS.of(RECORD)).toEqual([2]); // 7 − 5
});

test("TPOT spreads the time after the first token over the other tokens", () => {
  expect(TPOT_MS.of(RECORD)[0]).toBeCloseTo(40 / 3, 10); // (140 − 100) / (4 − 1)
});

test("TPOT is undefined for one token, and ITL has no gap", () => {
  const single = requestRecord({ token_ns: [100 * MS], output_tokens: 1, last_token_ns: 100 * MS });
  expect(TPOT_MS.of(single)).toEqual([]);
  expect(ITL_MS.of(single)).toEqual([]);
  expect(E2EL_MS.of(single)).toEqual([100]);
});

test("ITL is the gaps between events: tokens of one event make none", () => {
  expect(ITL_MS.of(RECORD)).toEqual([10, 30]);
});

test("a failed request contributes to no metric", () => {
  const failed = requestRecord(FAILED);
  for (const name of LATENCY_METRICS) expect(LATENCY_METRIC_DEFINITIONS[name].of(failed)).toEqual([]);
});

test("every metric is registered under its own name", () => {
  for (const name of LATENCY_METRICS) expect(LATENCY_METRIC_DEFINITIONS[name].name).toBe(name);
});
