import { expect, test } from "bun:test";
import { Random } from "./random.ts";

const DRAWS = 20_000;

function moments(draw: () => number): { mean: number; cv: number } {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  return { mean, cv: Math.sqrt(variance) / mean };
}

test("the same seed gives the same numbers, another seed others", () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 8 }, () => random.u32());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test("exponential gaps have mean m and coefficient of variation 1", () => {
  const random = new Random(1);
  const { mean, cv } = moments(() => random.exponential(250));
  expect(Math.abs(mean - 250)).toBeLessThan(8); // 3 standard errors: 3 × 250 / √20000 = 5.3
  expect(Math.abs(cv - 1)).toBeLessThan(0.05);
});

test("gamma with shape 1/4 and scale 4m has mean m and coefficient of variation 2", () => {
  const random = new Random(2);
  const { mean, cv } = moments(() => random.gamma(0.25, 400));
  expect(Math.abs(mean - 100)).toBeLessThan(6);
  expect(Math.abs(cv - 2)).toBeLessThan(0.1);
});

test("a shuffle keeps every item", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);
  const shuffled = new Random(3).shuffle(items);
  expect(shuffled).not.toEqual(items);
  expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
});

test("forks for different purposes are independent of each other and of draws made since", () => {
  const a = new Random(4).fork("arrivals").u32();
  const b = new Random(4).fork("placement").u32();
  expect(a).not.toBe(b);
  expect(new Random(4).fork("arrivals").u32()).toBe(a);
});
