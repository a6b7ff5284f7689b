import { expect, test } from "bun:test";
import { quantile, sortAscending } from "./quantile.ts";

test("quantiles interpolate between order statistics", () => {
  // rank of p90 of 5 values: 0.9 × 4 = 3.6 → 40 + 0.6 × (50 − 40) = 46
  const values = [10, 20, 30, 40, 50];
  expect(quantile(values, 0.9)).toBeCloseTo(46, 10);
  expect(quantile(values, 0.5)).toBe(30);
  expect(quantile(values, 0)).toBe(10);
  expect(quantile(values, 1)).toBe(50);
});

test("the only value is every quantile", () => {
  expect(quantile([7], 0.5)).toBe(7);
  expect(quantile([7], 0.999)).toBe(7);
});

test("samples sort by value, not by text, and NaN is refused", () => {
  expect([...sortAscending([100, 9, -1])]).toEqual([-1, 9, 100]);
  expect(() => sortAscending([1, Number.NaN, 2])).toThrow("not NaN");
  expect(() => quantile([], 0.5)).toThrow("at least one value");
});
