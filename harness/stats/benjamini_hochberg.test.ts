import { expect, test } from "bun:test";
import { adjustBenjaminiHochberg } from "./benjamini_hochberg.ts";

test("each p is scaled by count ÷ rank, and none exceeds that of a larger p", () => {
  // Sorted 0.01 × 4/1 = 0.04, 0.02 × 4/2 = 0.04, 0.04 × 4/3 = 0.0533, 0.04 × 4/4 = 0.04 → the third falls to 0.04.
  const adjusted = adjustBenjaminiHochberg([0.04, 0.01, 0.04, 0.02]);
  for (const p of adjusted) expect(p).toBeCloseTo(0.04, 12);
  expect(adjustBenjaminiHochberg([0.9, 0.001, 0.5])).toEqual([0.9, 0.003, 0.75]);
});

test("nothing in, nothing out", () => {
  expect(adjustBenjaminiHochberg([])).toEqual([]);
});
