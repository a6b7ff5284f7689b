import { expect, test } from "bun:test";
import { fillStream, streamToken, VOCABULARY } from "./prompt_tokens.ts";

test("tokens of a stream are what they have always been", () => {
  // Recorded workloads name their prompts by seeds: another token would be another workload.
  expect([0, 1, 2, 1_000_000].map((index) => streamToken(1, index))).toEqual([31_521, 1_486, 27_902, 8_217]);
  expect([0, 1, 2].map((index) => streamToken(2 ** 40 + 3, index))).toEqual([8_544, 11_072, 27_838]);
});

test("every token is from 1 to the vocabulary, and a filled stretch is its tokens one by one", () => {
  const filled = new Int32Array(300);
  for (const seed of [0, 7, 2 ** 31, 2 ** 32 - 1, 2 ** 52 + 1]) {
    fillStream(seed, 40, 240, filled, 10);
    for (let i = 0; i < 200; i++) expect(filled[10 + i]).toBe(streamToken(seed, 40 + i));
    const tokens = [...filled.subarray(10, 210)];
    expect(Math.min(...tokens)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...tokens)).toBeLessThan(VOCABULARY);
  }
});
