import { expect, test } from "bun:test";
import { pairInterval } from "./pair_interval.ts";

test("points: the mean difference with Student's t over the pairs", () => {
  // differences 0.10, 0.20, 0.30 → 10, 20, 30 points: mean 20, sd 10, se 10/√3 = 5.7735, t₂ = 4.3027 → ± 24.841
  const pairs = [
    { baseline: 0, candidate: 0.1 },
    { baseline: 0.2, candidate: 0.4 },
    { baseline: 0.1, candidate: 0.4 },
  ];
  const interval = pairInterval(pairs, "points");
  expect(interval?.estimate).toBeCloseTo(20, 10);
  expect(interval?.sd).toBeCloseTo(10, 10);
  expect(interval?.lo).toBeCloseTo(-4.841, 2);
  expect(interval?.hi).toBeCloseTo(44.841, 2);
  // t = 20 / 5.7735 = 3.4641, two degrees: 1 − 3.4641/√(2 + 12) = 0.0742
  expect(interval?.p_value).toBeCloseTo(0.0742, 4);
});

test("percent: the estimate is the change of the means, and noise that both arms share cancels", () => {
  // candidate = 1.1 × baseline in every pair, though pairs differ threefold
  const pairs = [100, 200, 300].map((baseline) => ({ baseline, candidate: 1.1 * baseline }));
  const interval = pairInterval(pairs, "percent");
  expect(interval?.estimate).toBeCloseTo(10, 9);
  expect(interval?.sd).toBeCloseTo(0, 9);
});

test("percent: residuals are in percent of the mean baseline", () => {
  // b̄ = 100, c̄ = 100, R = 1: z = ±10 → sd = √(200 / 1) = 14.142, se = 10, t₁ = 12.706 → ± 127.06
  const interval = pairInterval(
    [
      { baseline: 100, candidate: 110 },
      { baseline: 100, candidate: 90 },
    ],
    "percent",
  );
  expect(interval?.estimate).toBe(0);
  expect(interval?.hi).toBeCloseTo(127.06, 1);
  expect(interval?.p_value).toBeCloseTo(1, 10);
});

test("a zero baseline has no percentage, and one pair no interval", () => {
  const zero = { baseline: 0, candidate: 1 };
  expect(pairInterval([zero, zero], "percent")).toBeNull();
  expect(() => pairInterval([zero], "points")).toThrow("at least two pairs");
});

test("pairs that agree exactly are certain", () => {
  const same = { baseline: 0.25, candidate: 1 };
  expect(pairInterval([same, same], "points")).toEqual({ estimate: 75, lo: 75, hi: 75, sd: 0, p_value: 0 });
  const none = { baseline: 3, candidate: 3 };
  expect(pairInterval([none, none], "percent")?.p_value).toBe(1);
});
