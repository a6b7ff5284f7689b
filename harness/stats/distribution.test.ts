import { expect, test } from "bun:test";
import { describeSamples } from "./distribution.ts";

test("a distribution is exact and does not depend on the order of the samples", () => {
  // 1 … 101: rank of q is q × 100, so p50 = 51, p90 = 91, p95 = 96, p99 = 100, p999 = 1 + 99.9
  const samples = Array.from({ length: 101 }, (_, i) => 101 - i);
  const figures = describeSamples(samples);
  expect(figures).toEqual({ n: 101, mean: 51, p50: 51, p90: 91, p95: 96, p99: 100, p999: 100.9, max: 101 });
});

test("no samples have no distribution", () => {
  expect(() => describeSamples([])).toThrow("at least one sample");
});
