import { expect, test } from "bun:test";
import type { RequestRecord } from "../../harness/domain/request_record.ts";
import { reportFixture } from "../report_fixture.ts";
import { countInFlight, IN_FLIGHT_BINS, longestRun_s } from "./in_flight.ts";

const [TEMPLATE] = reportFixture({ arms: 1, pairs: 1 }).records;

function request(pair_index: number, sent_s: number, last_s: number | null): RequestRecord {
  if (TEMPLATE === undefined) throw new Error("the fixture has records");
  return {
    ...TEMPLATE,
    pair_index,
    sent_ns: sent_s * 1e9,
    last_token_ns: last_s === null ? null : last_s * 1e9,
  };
}

test("a bin holds the time-weighted mean of what is in flight", () => {
  // One run of 120 s in 120 bins of 1 s: request A runs 0 … 120, B runs 0.5 … 2.
  const records = [request(0, 100, 220), request(0, 100.5, 102)];
  const { bin_s, mean } = countInFlight(records, 120);
  expect(bin_s).toBe(1);
  expect(mean).toHaveLength(IN_FLIGHT_BINS);
  expect(mean.slice(0, 4)).toEqual([1.5, 2, 1, 1]);
  expect(mean.at(-1)).toBe(1);
});

test("runs are counted from their own first send and averaged", () => {
  // Pair 0 has one request for all of 120 s, pair 1, later on the clock, one for 60 s: 2 / 2 in the first half, 1 / 2 after.
  const { mean } = countInFlight([request(0, 0, 120), request(1, 1000, 1060)], 120);
  expect(mean[0]).toBe(1);
  expect(mean[59]).toBe(1);
  expect(mean[60]).toBe(0.5);
});

test("a request without an end is left out", () => {
  expect(longestRun_s([request(0, 5, null)])).toBe(0);
  expect(longestRun_s([request(0, 5, null), request(0, 6, 9)])).toBe(4);
});
