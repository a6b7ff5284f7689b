import { expect, test } from "bun:test";
import { peakEventRate } from "./peak_event_rate.ts";
import { requestRecord } from "./request_fixture.ts";

const MS = 1_000_000;

test("the peak is the fullest tenth of a second, of all requests together", () => {
  // [0, 100) ms: 2 + 1 tokens; [100, 200) ms: 1. 3 tokens in 0.1 s are 30/s.
  const records = [
    requestRecord({ token_ns: [10 * MS, 99 * MS, 100 * MS] }),
    requestRecord({ token_ns: [50 * MS] }),
  ];
  expect(peakEventRate(records)).toBe(30);
  expect(peakEventRate([])).toBe(0);
});
