import { expect, test } from "bun:test";
import { requestRecord } from "./request_fixture.ts";
import { runDurationNs } from "./run_duration.ts";

test("a run lasts from its first intended send to its last token", () => {
  const records = [
    requestRecord({ intended_ns: 200, last_token_ns: 900 }),
    requestRecord({ intended_ns: 100, last_token_ns: 500 }),
  ];
  expect(runDurationNs(records)).toBe(800); // 900 − 100
});

test("a run without a token, or without a request, took no time", () => {
  expect(runDurationNs([])).toBe(0);
  expect(runDurationNs([requestRecord({ intended_ns: 100, last_token_ns: null })])).toBe(0);
});
