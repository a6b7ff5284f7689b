import { expect, test } from "bun:test";
import { tQuantile, twoSidedP } from "./student_t.ts";

// Published table of the t distribution, two-sided 95 %.
test.each([
  [1, 12.7062],
  [2, 4.3027],
  [3, 3.1824],
  [5, 2.5706],
  [10, 2.2281],
  [100, 1.984],
])("the 97.5 % quantile with %d degrees of freedom is %d", (degrees, expected) => {
  expect(tQuantile(0.975, degrees)).toBeCloseTo(expected, 3);
});

test("one degree of freedom is the Cauchy distribution: P(|T| ≥ 1) = 1/2", () => {
  expect(twoSidedP(1, 1)).toBeCloseTo(0.5, 10);
});

test("two degrees of freedom have the closed form 1 − t/√(2 + t²)", () => {
  for (const t of [0, 0.3, 1, 2.5, 20]) {
    expect(twoSidedP(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 10);
    expect(twoSidedP(-t, 2)).toBe(twoSidedP(t, 2));
  }
});
