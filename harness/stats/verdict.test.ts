import { expect, test } from "bun:test";
import { decideVerdict, type Effect, pairsToDecide } from "./verdict.ts";

function verdictOf(lo: number, estimate: number, hi: number, overrides: Partial<Effect> = {}) {
  return decideVerdict({ lo, estimate, hi, pairs: 4, min_effect: 2, goodness: "lower", ...overrides });
}

test("a change that excludes zero and is large enough has the sign that the metric's direction gives it", () => {
  expect(verdictOf(-12, -8, -4)).toBe("better");
  expect(verdictOf(4, 8, 12)).toBe("worse");
  expect(verdictOf(4, 8, 12, { goodness: "higher" })).toBe("better");
  expect(verdictOf(-12, -8, -4, { goodness: "higher" })).toBe("worse");
});

test("an interval inside the minimum effect is no difference, even if it excludes zero", () => {
  expect(verdictOf(-1.5, 0.1, 1.7)).toBe("no_difference");
  expect(verdictOf(0.5, 1, 1.5)).toBe("no_difference");
});

test("an interval that holds zero and a change that matters is inconclusive", () => {
  expect(verdictOf(-1, 5, 11)).toBe("inconclusive");
  expect(verdictOf(-3, 0, 3)).toBe("inconclusive");
});

test("a real change that may or may not matter is inconclusive", () => {
  expect(verdictOf(0.5, 1.5, 2.5)).toBe("inconclusive");
});

test("one pair decides nothing", () => {
  expect(verdictOf(-12, -8, -4, { pairs: 1 })).toBe("inconclusive");
  expect(verdictOf(-0.1, 0, 0.1, { pairs: 1 })).toBe("inconclusive");
});

test("pairs to decide grow with the spread and shrink with the change", () => {
  // estimate 5, sd 5: n = 10: (t₀.₉₇₅,₉ 2.262 + t₀.₈₀,₉ 0.883) × 5/√10 = 4.97 ≤ 5; n = 9: (2.306 + 0.889) × 5/3 = 5.32 > 5
  expect(pairsToDecide(5, 5, 2)).toBe(10);
  expect(pairsToDecide(-5, 5, 2)).toBe(10);
  expect(pairsToDecide(5, 0.1, 2)).toBe(3);
  expect(pairsToDecide(0.1, 50, 2)).toBeNull();
});

test("a change below the minimum effect is to be told from it, to half of it at the finest", () => {
  // estimate 0, minimum 2: distance 2. n = 10: 3.145 × 2/√10 = 1.99 ≤ 2; n = 9: 3.195 × 2/3 = 2.13 > 2
  expect(pairsToDecide(0, 2, 2)).toBe(10);
  // estimate 1.9, minimum 2: 0.1 apart, so 2/2 = 1 is asked for: half of the distance at half of the spread
  expect(pairsToDecide(1.9, 1, 2)).toBe(10);
});
