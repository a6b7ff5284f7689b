import { expect, test } from "bun:test";
import type { BootstrapOptions } from "./contrast_bootstrap.ts";
import { bootstrapPairs } from "./paired_bootstrap.ts";
import { meanOfSessions, quantileOfSessions, ratioOfSessions } from "./session_statistic.ts";
import { testSource } from "./test_source.ts";

function options(overrides: Partial<BootstrapOptions>): BootstrapOptions {
  return { levels: "sessions", unit: "percent", resamples: 400, random: testSource(1), ...overrides };
}

test("what a session has in common in both arms cancels", () => {
  // sessions differ tenfold, but each is exactly doubled
  const pair = [10, 20, 100].map((ms) => ({ baseline: [ms], candidate: [2 * ms] }));
  const interval = bootstrapPairs([pair, pair], meanOfSessions, options({ levels: "pairs_and_sessions" }));
  expect(interval?.lo).toBeCloseTo(100, 9);
  expect(interval?.hi).toBeCloseTo(100, 9);
});

test("the standard error of a mean over sessions is sd / √sessions", () => {
  // candidate − baseline is 0 in half of 50 sessions and 1 in the others: sd 0.5, se 0.5/√50 = 0.0707 → 7.07 points
  const pair = Array.from({ length: 50 }, (_, i) => ({ baseline: [0], candidate: [i % 2] }));
  const interval = bootstrapPairs([pair], meanOfSessions, options({ unit: "points", resamples: 2000 }));
  expect(Math.abs((interval?.se ?? 0) - 7.07)).toBeLessThan(0.5);
});

test("pairs that differ widen the interval only when pairs are resampled", () => {
  const quiet = (shift: number) =>
    Array.from({ length: 5 }, () => ({ baseline: [100], candidate: [100 + shift] }));
  const pairs = [quiet(0), quiet(10), quiet(20)];
  const sessions = bootstrapPairs(pairs, meanOfSessions, options({}));
  expect(sessions?.se).toBeCloseTo(0, 9);
  const both = bootstrapPairs(pairs, meanOfSessions, options({ levels: "pairs_and_sessions" }));
  expect(both?.lo).toBeLessThan(4);
  expect(both?.hi).toBeGreaterThan(16);
});

test("a session is drawn whole, so that its requests stay together", () => {
  // One session of a hundred slow requests against nine of one fast request: resampling requests would always see slow ones.
  const slow = { baseline: [1], candidate: Array.from({ length: 100 }, () => 50) };
  const fast = Array.from({ length: 9 }, () => ({ baseline: [1], candidate: [1] }));
  const interval = bootstrapPairs([[slow, ...fast]], quantileOfSessions(0.5), options({ resamples: 400 }));
  expect(interval?.lo).toBeCloseTo(0, 9); // the slow session is missed in (9/10)¹⁰ = 35 % of the draws
});

test("ratios are ratios of sums", () => {
  const session = { baseline: { numerator: 1, denominator: 4 }, candidate: { numerator: 3, denominator: 4 } };
  const interval = bootstrapPairs([[session, session]], ratioOfSessions, options({ unit: "points" }));
  expect(interval).toEqual({ lo: 50, hi: 50, se: 0 });
});

test("a statistic without samples has no interval", () => {
  const empty = [{ baseline: [], candidate: [1] }];
  expect(bootstrapPairs([empty], meanOfSessions, options({}))).toBeNull();
});

test("equal seeds give equal intervals, other seeds give others", () => {
  const pair = [1, 2, 5].map((ms) => ({ baseline: [ms], candidate: [ms * ms] }));
  const seBy = (seed: number): number | undefined =>
    bootstrapPairs([pair], meanOfSessions, options({ random: testSource(seed) }))?.se;
  expect(seBy(9)).toBeGreaterThan(0);
  expect(seBy(9)).toBe(seBy(9));
  expect(seBy(10)).not.toBe(seBy(9));
});
