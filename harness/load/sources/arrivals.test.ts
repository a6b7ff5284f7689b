import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import { type ArrivalProcess, arrivalTimes } from "./arrivals.ts";

function take(
  process: ArrivalProcess,
  rate_per_s: number,
  cv: number,
  seed: number,
  count: number,
): number[] {
  const times = arrivalTimes(process, rate_per_s, cv, new Random(seed));
  return Array.from({ length: count }, () => times.next().value);
}

function gapStatistics(times: readonly number[]): { mean_ns: number; cv: number } {
  const gaps = times.slice(1).map((at_ns, i) => at_ns - (times[i] ?? 0));
  const mean_ns = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean_ns) ** 2, 0) / gaps.length;
  return { mean_ns, cv: Math.sqrt(variance) / mean_ns };
}

test("constant arrivals are equally spaced and do not drift", () => {
  const times = take("constant", 3, 1, 0, 3_000_001);
  // 3 per second: the 3,000,000th gap ends at exactly 1,000,000 s although a gap is 333,333,333.3 ns.
  expect(times.slice(0, 4)).toEqual([0, 333_333_333, 666_666_667, 1_000_000_000]);
  expect(times.at(-1)).toBe(1_000_000 * 1e9);
});

test("poisson gaps have the asked mean and a coefficient of variation of 1", () => {
  const { mean_ns, cv } = gapStatistics(take("poisson", 200, 1, 7, 50_001));
  // Mean gap 5 ms; standard error of the mean 5 ms / √50,000 = 0.45 %.
  expect(Math.abs(mean_ns / 5e6 - 1)).toBeLessThan(0.015);
  expect(Math.abs(cv - 1)).toBeLessThan(0.02);
});

test.each([0.5, 2.5])("gamma gaps have the asked mean and a coefficient of variation of %d", (asked_cv) => {
  const { mean_ns, cv } = gapStatistics(take("gamma", 50, asked_cv, 11, 100_001));
  // Mean gap 20 ms; standard error of the mean cv / √100,000 ≤ 0.8 %.
  expect(Math.abs(mean_ns / 20e6 - 1)).toBeLessThan(0.025);
  expect(Math.abs(cv / asked_cv - 1)).toBeLessThan(0.03);
});

test("times are ascending whole ns, begin at 0, repeat with the seed and differ without it", () => {
  const times = take("gamma", 1_000, 3, 5, 1_000);
  expect(times[0]).toBe(0);
  expect(times.every((at_ns, i) => Number.isSafeInteger(at_ns) && at_ns >= (times[i - 1] ?? 0))).toBe(true);
  expect(take("gamma", 1_000, 3, 5, 1_000)).toEqual(times);
  expect(take("gamma", 1_000, 3, 6, 1_000)).not.toEqual(times);
});
