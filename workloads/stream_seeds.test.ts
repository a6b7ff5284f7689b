import { expect, test } from "bun:test";
import { streamSeed } from "./stream_seeds.ts";

test("streams of one workload have distinct 32-bit seeds, also where the sum wraps", () => {
  for (const seed of [0, 1, 42, 2 ** 40 + 3]) {
    const seeds = Array.from({ length: 10_000 }, (_, i) => streamSeed(seed, i * 400_000)); // up to 4.0e9 of 4.29e9
    expect(new Set(seeds).size).toBe(10_000);
    expect(seeds.every((each) => Number.isInteger(each) && each >= 0 && each < 2 ** 32)).toBe(true);
  }
});

test("bases of different seeds differ", () => {
  const bases = Array.from({ length: 10_000 }, (_, seed) => streamSeed(seed, 0));
  expect(new Set(bases).size).toBe(10_000);
});
