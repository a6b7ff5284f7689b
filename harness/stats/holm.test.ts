import { expect, test } from "bun:test";
import { adjustHolm } from "./holm.ts";

test("the smallest p is multiplied by the number of tests, the next by one less, and the order is kept", () => {
  // sorted: 0.01×4 = 0.04, 0.02×3 = 0.06, 0.03×2 = 0.06, 0.5×1 = 0.5
  const adjusted = adjustHolm([0.03, 0.01, 0.5, 0.02]);
  expect(adjusted.map((p) => Math.round(p * 1e6) / 1e6)).toEqual([0.06, 0.04, 0.5, 0.06]);
});

test("adjusted values never decrease along the sorted order and never pass 1", () => {
  // 0.4×3 = 1.2 → 1; the others may not be below it
  expect(adjustHolm([0.4, 0.41, 0.9])).toEqual([1, 1, 1]);
  expect(adjustHolm([])).toEqual([]);
});
