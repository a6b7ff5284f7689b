import { expect, test } from "bun:test";
import { adviseMorePairs, noteHolm } from "./advice.ts";

test("the number of further pairs follows from the spread", () => {
  // estimate 5, sd 5: 10 pairs decide (verdict.test.ts); 4 are there
  const advice = adviseMorePairs({ estimate: 5, sd: 5, pairs: 4, min_effect: 2 }, null);
  expect(advice).toBe("run 6 more pairs: a new comparison with --pairs 10");
});

test("noise that sits between the sessions asks for longer runs too", () => {
  // standard error over pairs: 5/√4 = 2.5, so 1.8² = 3.24 is more than half of 6.25 = 3.125; 1.7² = 2.89 is not
  const effect = { estimate: 5, sd: 5, pairs: 4, min_effect: 2 };
  expect(adviseMorePairs(effect, 1.8)).toContain("longer runs");
  expect(adviseMorePairs(effect, 1.7)).not.toContain("longer runs");
});

test("a spread that no number of pairs resolves says so", () => {
  expect(adviseMorePairs({ estimate: 0.1, sd: 80, pairs: 4, min_effect: 2 }, null)).toContain(
    "more than 200 pairs",
  );
});

test("advice never asks for fewer pairs than there are", () => {
  expect(adviseMorePairs({ estimate: 3, sd: 0.1, pairs: 6, min_effect: 2 }, null)).toContain(
    "run 1 more pair:",
  );
});

test("a verdict that does not survive Holm says so", () => {
  expect(noteHolm(0.04, 13)).toBeNull();
  expect(noteHolm(0.2, 13)).toContain("13 comparisons (p_holm is above 0.05)");
});
