import { expect, test } from "bun:test";
import { type EDivisiveOptions, findChangePoints, testSegment } from "./e_divisive.ts";
import { testSource } from "./test_source.ts";

const options = (seed: number, over: Partial<EDivisiveOptions> = {}): EDivisiveOptions => ({
  random: testSource(seed),
  significance: 0.05,
  permutations: 199,
  min_segment: 3,
  ...over,
});

test("a step is found where it is", () => {
  const series = [1, 2, 1, 2, 1, 2, 1, 2, 9, 8, 9, 8, 9, 8, 9, 8];
  expect(findChangePoints(series, options(1)).map(({ index }) => index)).toEqual([8]);
});

test("two steps are found, each at its place, in order", () => {
  const random = testSource(2);
  const series = Array.from(
    { length: 60 },
    (_, i) => (i < 20 ? 10 : i < 40 ? 14 : 10) + 0.5 * random.normal(),
  );
  expect(findChangePoints(series, options(3, { significance: 0.01 })).map(({ index }) => index)).toEqual([
    20, 40,
  ]);
});

test("a change of spread alone is a change too", () => {
  const random = testSource(5);
  const series = Array.from({ length: 120 }, (_, i) => (i < 60 ? 0.2 : 3) * random.normal());
  const [change] = findChangePoints(series, options(6));
  expect(Math.abs((change?.index ?? 0) - 60)).toBeLessThanOrEqual(4);
});

test("the smallest p is 1 / (permutations + 1), reached when no order does as well", () => {
  // Of 6 low and 6 high values in a row, 2 of 12!/(6! 6!) = 924 orders split as well: 199 draws of seed 1 meet neither.
  const change = testSegment([1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9], options(1));
  expect(change).toEqual({ index: 6, p_value: 1 / 200 });
});

test("a constant series has no change, and a short one cannot have", () => {
  expect(findChangePoints(new Array<number>(20).fill(5), options(1))).toEqual([]);
  expect(testSegment([1, 1, 9, 9, 9], options(1))).toBeNull();
});

test("noise alone is called a change as often as said", () => {
  const random = testSource(7);
  const trials = 300;
  let alarms = 0;
  for (let i = 0; i < trials; i++) {
    // Heavy tails: no normality is assumed.
    const series = Array.from({ length: 24 }, () => Math.exp(random.normal()));
    const change = testSegment(series, options(1000 + i));
    if (change !== null && change.p_value <= 0.05) alarms++;
  }
  // Binomial: 5 % ± 3 × √(0.05 × 0.95 / 300) = 1.2 … 8.8 %
  expect(alarms / trials).toBeLessThanOrEqual(0.088);
  expect(alarms / trials).toBeGreaterThanOrEqual(0.012);
});

test("equal seeds find equal changes", () => {
  const series = [1, 2, 1, 3, 1, 2, 4, 3, 4, 5, 4, 3];
  const found = findChangePoints(series, options(4));
  expect(found).toHaveLength(1);
  expect(findChangePoints(series, options(4))).toEqual(found);
});
