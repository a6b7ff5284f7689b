import { expect, test } from "bun:test";
import { goodputOf } from "./goodput.ts";
import { FAILED, requestRecord } from "./request_fixture.ts";

const MS = 1_000_000;

/** TTFT `ttft_ms`, then three more tokens `gap_ms` apart: TPOT is `gap_ms`, E2EL `ttft_ms` + 3 × `gap_ms`. */
function served(ttft_ms: number, gap_ms: number) {
  const token_ns = [0, 1, 2, 3].map((i) => (ttft_ms + i * gap_ms) * MS);
  const first_token_ns = ttft_ms * MS;
  const last_token_ns = (ttft_ms + 3 * gap_ms) * MS;
  const times = { intended_ns: 0, sent_ns: 0, first_token_ns, last_token_ns, token_ns };
  return requestRecord({ ...times, output_tokens: 4, error: null });
}

const RECORDS = [served(100, 10), served(200, 10), served(100, 30), requestRecord(FAILED)];

test("goodput counts requests that meet every objective, over all that were sent", () => {
  // TTFT ≤ 150: the first and third; TPOT ≤ 20 leaves the first: 1 of 4, in 2 s.
  const objectives = { ttft_ms: 150, tpot_ms: 20 };
  expect(goodputOf(RECORDS, 2, objectives)).toEqual({
    ...{ objectives, good_requests: 1, ratio: 0.25, requests_per_s: 0.5 },
  });
});

test("an objective that is met exactly is met, and end to end counts the whole answer", () => {
  // E2EL 130, 230, 190 ms.
  expect(goodputOf(RECORDS, 1, { e2el_ms: 190 })?.good_requests).toBe(2);
});

test("without an objective there is no goodput", () => {
  expect(goodputOf(RECORDS, 1, {})).toBeUndefined();
});
