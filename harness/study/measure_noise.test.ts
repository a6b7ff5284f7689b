import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import type { NoiseProfile } from "../domain/noise_profile.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { ArmRun } from "../measure/arm_run.ts";
import { requestRecord } from "../measure/request_fixture.ts";
import type { MatchedPair } from "./compared_metric.ts";
import { measureNoise } from "./measure_noise.ts";
import { pairsToSee, pooledSd } from "./noise_forecast.ts";
import { matchSessions } from "./run_pair.ts";

/** One request a session, each of this TTFT. */
function run(ttft_ms: readonly number[]): ArmRun {
  const records = ttft_ms.map(
    (ms, i): RequestRecord =>
      requestRecord({ session_id: `s${i}`, request_id: `s${i}/0`, first_token_ns: ms * 1e6 }),
  );
  return { pair_index: 0, duration_ns: 1e9, records, scrapes: [], faults: [] };
}

function pair(baseline: readonly number[], candidate: readonly number[]): MatchedPair {
  const runs = { baseline: run(baseline), candidate: run(candidate) };
  return { ...runs, sessions: matchSessions(runs) };
}

const noiseOf = (pairs: readonly MatchedPair[], metric = "ttft_ms_mean") =>
  measureNoise(pairs, new Random(1)).find((one) => one.metric === metric);

test("runs that differ as a whole are noise between pairs", () => {
  // Changes of −2, 0 and +2 % on a mean of 100: sd √((4 + 0 + 4) / 2) = 2. All sessions change alike: nothing within.
  const noise = noiseOf([98, 100, 102].map((ms) => pair([100, 100], [ms, ms])));
  expect(noise?.pair_sd).toBeCloseTo(2, 6);
  expect(noise?.within_sd).toBeCloseTo(0, 6);
  expect(noise?.between_sd).toBeCloseTo(2, 6);
});

test("sessions that differ while runs agree are noise within pairs", () => {
  const noise = noiseOf([0, 1, 2].map(() => pair([100, 100, 100, 100], [90, 110, 90, 110])));
  expect(noise?.pair_sd).toBeCloseTo(0, 6);
  expect(noise?.within_sd).toBeGreaterThan(3); // 10 / √4 = 5 %, less the correction for four draws
  expect(noise?.between_sd).toBe(0);
});

const PROFILE: NoiseProfile = {
  ...{ schema_version: 1, measured_at: "", scenario: "s", host: "h", pairs: 4 },
  metrics: [
    { metric: "ttft_ms_mean", unit: "percent", mean: 1, pair_sd: 3, within_sd: null, between_sd: null },
  ],
};

test("a profile and a comparison are pooled by their degrees of freedom", () => {
  expect(pooledSd(1, 2, "ttft_ms_mean", PROFILE)).toBeCloseTo(Math.sqrt((1 + 3 * 9) / 4), 9);
  expect(pooledSd(1, 2, "hit_ratio", PROFILE)).toBe(1);
  expect(pooledSd(1, 2, "ttft_ms_mean", null)).toBe(1);
});

test("smaller effects take more pairs", () => {
  const [metric] = PROFILE.metrics;
  if (metric === undefined) throw new Error("the profile has a metric");
  // (t₀.₉₇₅ + t₀.₈₀) × 3 / √6 = (2.571 + 0.920) × 1.225 = 4.28 ≤ 5; with five pairs (2.776 + 0.941) × 1.342 = 4.99 ≤ 5
  expect(pairsToSee(5, metric)).toBe(5);
  expect(pairsToSee(0.01, metric)).toBeNull();
});
