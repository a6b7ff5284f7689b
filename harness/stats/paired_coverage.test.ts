// How often the intervals hold the truth, on simulated comparisons with a known effect: the reason why Student's t over
// pairs decides and the percentile bootstrap does not. Seeds are fixed; to repeat: bun test harness/stats/paired_coverage.test.ts

import { expect, test } from "bun:test";
import { pairInterval } from "./pair_interval.ts";
import { bootstrapPairs, type Pair } from "./paired_bootstrap.ts";
import {
  meanOfSessions,
  quantileOfSessions,
  type SessionSamples,
  type SessionStatistic,
} from "./session_statistic.ts";
import { type TestSource, testSource } from "./test_source.ts";

const TTFT_MS = 100;
const SESSIONS = 12;
const TURNS = 3;

interface World {
  readonly pairs: number;
  /** Spread between runs of one arm, and between sessions, relative to the value. */
  readonly run_sd: number;
  readonly session_sd: number;
  readonly effect_pct: number;
}

/** Lognormal sessions and requests, shared by the arms as far as the trace is, times one factor per run. */
function simulatePairs(world: World, random: TestSource): Pair<SessionSamples>[] {
  return Array.from({ length: world.pairs }, () => {
    const run = { baseline: world.run_sd * random.normal(), candidate: world.run_sd * random.normal() };
    return Array.from({ length: SESSIONS }, () => {
      const session = 0.5 * random.normal();
      const requests = (runNoise: number, effect_pct: number): number[] =>
        Array.from(
          { length: TURNS },
          () =>
            TTFT_MS *
            (1 + effect_pct / 100) *
            Math.exp(session + runNoise + world.session_sd * random.normal()),
        );
      return { baseline: requests(run.baseline, 0), candidate: requests(run.candidate, world.effect_pct) };
    });
  });
}

function intervalOverPairs(
  pairs: readonly Pair<SessionSamples>[],
  statistic: SessionStatistic<SessionSamples>,
) {
  const values = pairs.map((pair) => ({
    baseline: statistic(pair.map((session) => session.baseline)) ?? Number.NaN,
    candidate: statistic(pair.map((session) => session.candidate)) ?? Number.NaN,
  }));
  return pairInterval(values, "percent");
}

/** Part of the trials in which the interval over pairs holds the true effect. */
function coverage(world: World, statistic: SessionStatistic<SessionSamples>, trials: number): number {
  const random = testSource(20_261_121 + world.pairs);
  let held = 0;
  for (let i = 0; i < trials; i++) {
    const interval = intervalOverPairs(simulatePairs(world, random), statistic);
    if (interval !== null && interval.lo <= world.effect_pct && world.effect_pct <= interval.hi) held++;
  }
  return held / trials;
}

// 1,500 trials at 95 % have a standard error of 0.56 %, so 93 … 97 % is ± 3.5 standard errors.
test.each([3, 4, 6])(
  "with %d pairs the interval of the mean covers 93 to 97 %%, noise inside or between the runs",
  (pairs) => {
    const inside = coverage({ pairs, run_sd: 0, session_sd: 0.3, effect_pct: 5 }, meanOfSessions, 1500);
    const between = coverage({ pairs, run_sd: 0.05, session_sd: 0.1, effect_pct: 5 }, meanOfSessions, 1500);
    for (const covered of [inside, between]) {
      expect(covered).toBeGreaterThanOrEqual(0.93);
      expect(covered).toBeLessThanOrEqual(0.97);
    }
  },
);

test("false alarms of an A/A comparison stay at 5 % for p90, a heavy-tailed statistic", () => {
  const world: World = { pairs: 4, run_sd: 0.03, session_sd: 0.3, effect_pct: 0 };
  // binomial: 5 % + 3 × √(0.05 × 0.95 / 1000) = 7.1 %
  expect(1 - coverage(world, quantileOfSessions(0.9), 1000)).toBeLessThanOrEqual(0.071);
});

test("the percentile bootstrap of three pairs is too narrow when runs differ", () => {
  const random = testSource(3);
  const trials = 120;
  let held = 0;
  for (let i = 0; i < trials; i++) {
    const pairs = simulatePairs({ pairs: 3, run_sd: 0.1, session_sd: 0.05, effect_pct: 0 }, random);
    const options = { levels: "pairs_and_sessions", unit: "percent", resamples: 100, random } as const;
    const interval = bootstrapPairs(pairs, meanOfSessions, options);
    if (interval !== null && interval.lo <= 0 && 0 <= interval.hi) held++;
  }
  expect(held / trials).toBeLessThan(0.9);
});
