// The detector on histories whose truth is known; long ones are measured by `nightly --selftest`.

import { expect, test } from "bun:test";
import { measureDetector, type SyntheticPlan } from "./synthetic_nights.ts";

const PLAN: SyntheticPlan = {
  nights: 40,
  series_count: 3,
  pairs: 4,
  night_sd_pct: 1,
  pair_sd_pct: 2,
  regression: null,
};

test("a 6 % regression is seen within four nights", async () => {
  const figures = await measureDetector({ ...PLAN, regression: { at_night: 25, effect_pct: 6 } }, 1);
  expect(figures.detection_delay_nights).not.toBeNull();
  expect(figures.detection_delay_nights).toBeLessThanOrEqual(4);
}, 180_000);

test("nights without a change alarm at most twice per 100 nights of a suite", async () => {
  // 3 × 40 = 120 nights: at most 2 alarms
  const seeds = [1, 2, 3];
  const figures = await Promise.all(seeds.map((seed) => measureDetector(PLAN, seed)));
  expect(figures.reduce((sum, one) => sum + one.false_alarms, 0)).toBeLessThanOrEqual(2);
  expect(figures.every((one) => one.detection_delay_nights === null)).toBe(true);
}, 180_000);
