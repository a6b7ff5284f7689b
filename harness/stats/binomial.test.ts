import { expect, test } from "bun:test";
import { binomialAtMost, binomialUpperBound, proportionInterval } from "./binomial.ts";

test("tails of four fair coins: 1, 5, 11, 15, 16 of 16", () => {
  const tails = [0, 1, 2, 3, 4].map((k) => 16 * binomialAtMost(k, 4, 0.5));
  for (const [i, expected] of [1, 5, 11, 15, 16].entries()) expect(tails[i]).toBeCloseTo(expected, 9);
});

test("the bound is the first count whose tail reaches the confidence", () => {
  // P(X ≤ 2) = 11/16 = 0.69, P(X ≤ 3) = 15/16 = 0.94, so 0.9 needs 3 and 0.95 needs 4.
  expect(binomialUpperBound(4, 0.5, 0.9)).toBe(3);
  expect(binomialUpperBound(4, 0.5, 0.95)).toBe(4);
});

test("Clopper–Pearson of 0 of 10 is 0 … 1 − 0.025^(1/10) = 30.8 %, and of 5 of 10 is 18.7 … 81.3 %", () => {
  expect(proportionInterval(0, 10).lo).toBe(0);
  expect(proportionInterval(0, 10).hi).toBeCloseTo(0.3085, 4);
  expect(proportionInterval(5, 10).lo).toBeCloseTo(0.1871, 4);
  expect(proportionInterval(5, 10).hi).toBeCloseTo(0.8129, 4);
});

test("large counts do not underflow", () => {
  expect(binomialAtMost(5000, 10_000, 0.5)).toBeCloseTo(0.504, 3);
});
