import { expect, test } from "bun:test";
import { signFlipP } from "./sign_flip.ts";
import { testSource } from "./test_source.ts";

test("three differences of one sign reach p = 2/8 and no less", () => {
  expect(signFlipP([1, 2, 3], testSource(1))).toBe(0.25);
  expect(signFlipP([-1, -2, -3], testSource(1))).toBe(0.25);
});

test("patterns at least as extreme as the observed one are counted", () => {
  // |sum| of ±1 ±1 ±4 with observed 1 + 1 − 4 = −2: patterns 6,4,4,2 and their mirrors are all ≥ 2: p = 8/8
  expect(signFlipP([1, 1, -4], testSource(1))).toBe(1);
  // observed 1 − 1 + 4 = 4: |6| and |4|,|4| and mirrors: 6/8
  expect(signFlipP([1, -1, 4], testSource(1))).toBe(0.75);
});

test("differences that are all zero give p = 1", () => {
  expect(signFlipP([0, 0, 0], testSource(1))).toBe(1);
});

test("many pairs are sampled: a constant shift is found, noise around zero is not", () => {
  const noise = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + i / 20));
  expect(signFlipP(noise, testSource(7))).toBeGreaterThan(0.5);
  expect(
    signFlipP(
      noise.map((d) => d + 3),
      testSource(7),
    ),
  ).toBeLessThan(0.001);
});
