// What tonight says of one scenario and metric, before multiplicity and confirmation (judge_night.ts):
//
//   paired   tonight against the baseline night, pair by pair: same trace, same seed. The baseline is the last acknowledged
//            night, or the first. A paired test knows the noise within nights, not that nights differ, so from NOISE_NIGHTS
//            nights on tonight must also lie outside what earlier nights of the series show (gate).
//   change   the latest change point of the series (stats/e_divisive.ts), for drift that no single night shows.

import { assert, present } from "../../domain/assert.ts";
import { changeOf, type DeltaUnit } from "../../stats/change.ts";
import { mean } from "../../stats/distribution.ts";
import { findChangePoints } from "../../stats/e_divisive.ts";
import { type PairInterval, pairInterval } from "../../stats/pair_interval.ts";
import type { RandomSource } from "../../stats/random_source.ts";
import { tQuantile } from "../../stats/student_t.ts";
import type { NightValues } from "./history.ts";

export interface SeriesChange {
  /** First night behind the change. */
  readonly night_id: number;
  /** From the mean before to the mean behind, in percent or points. */
  readonly estimate: number;
  readonly before: number;
  readonly behind: number;
  readonly p_value: number;
}

export interface SeriesFinding {
  /** Null: tonight is the first. */
  readonly baseline_night_id: number | null;
  readonly tonight: number;
  /** Null: no baseline, fewer than two shared pairs, or a baseline of zero. */
  readonly paired: PairInterval | null;
  readonly pairs: number;
  /** How far tonight may lie from the mean of earlier nights; null: too few of them to know. */
  readonly gate: { readonly deviation: number; readonly limit: number; readonly nights: number } | null;
  readonly change: SeriesChange | null;
}

export interface JudgeOptions {
  readonly unit: DeltaUnit;
  /** Series judged tonight: the gate is held for all of them together. */
  readonly series_count: number;
  readonly random: RandomSource;
}

export const NOISE_NIGHTS = 8;
/** Older nights say little of today's machine, and the search is quadratic. */
export const CHANGE_WINDOW_NIGHTS = 60;
const PERMUTATIONS = 999;
/** Per series and night. A window is searched anew every night, so a looser one raises an alarm sooner or later. */
export const CHANGE_SIGNIFICANCE = 0.002;
const MIN_SEGMENT_NIGHTS = 4;
const GATE_ALPHA = 0.01;

/** `nights`: since the baseline, that first, tonight last. */
export function judgeSeries(nights: readonly NightValues[], options: JudgeOptions): SeriesFinding {
  assert(nights.length > 0, "a series has tonight");
  const tonight = present(nights.at(-1), "a series has tonight");
  const baseline = nights.length > 1 ? present(nights[0], "a series has a baseline") : null;
  const means = nights.map(({ values }) => mean([...values.values()]));
  const pairs = baseline === null ? [] : sharedPairs(baseline, tonight);
  return {
    baseline_night_id: baseline?.night_id ?? null,
    tonight: present(means.at(-1), "a series has tonight"),
    paired: pairs.length < 2 ? null : pairInterval(pairs, options.unit),
    pairs: pairs.length,
    gate: gateOf(means, options),
    change: latestChange(nights, means, options),
  };
}

export function sharedPairs(
  baseline: NightValues,
  tonight: NightValues,
): { readonly baseline: number; readonly candidate: number }[] {
  return [...baseline.values].flatMap(([pair_index, value]) => {
    const candidate = tonight.values.get(pair_index);
    return candidate === undefined ? [] : [{ baseline: value, candidate }];
  });
}

/**
 * Prediction limit of one more night: t × s × √(1 + 1/n). s is from successive differences, Σ(Δ²) / 2(n − 1) (von Neumann,
 * 1941), so that a shift in the past does not widen it; they have about two thirds as many degrees of freedom.
 */
function gateOf(means: readonly number[], { unit, series_count }: JudgeOptions): SeriesFinding["gate"] {
  const earlier = means.slice(0, -1);
  if (earlier.length < NOISE_NIGHTS) return null;
  const level = mean(earlier);
  const deviation = changeOf(level, present(means.at(-1), "a series has tonight"), unit);
  if (deviation === null) return null;
  const squares = earlier.slice(1).map((value, i) => (value - Number(earlier[i])) ** 2);
  const s = Math.sqrt(mean(squares) / 2);
  const degrees = Math.max(1, Math.floor((2 * (earlier.length - 1)) / 3));
  const t = tQuantile(1 - GATE_ALPHA / 2 / series_count, degrees);
  const limit_value = t * s * Math.sqrt(1 + 1 / earlier.length);
  const limit = Math.abs(unit === "percent" ? (100 * limit_value) / level : 100 * limit_value);
  return { deviation, limit, nights: earlier.length };
}

function latestChange(
  nights: readonly NightValues[],
  means: readonly number[],
  { unit, random }: JudgeOptions,
): SeriesChange | null {
  const start = Math.max(0, means.length - CHANGE_WINDOW_NIGHTS);
  const series = means.slice(start);
  const changes = findChangePoints(series, {
    random,
    significance: CHANGE_SIGNIFICANCE,
    permutations: PERMUTATIONS,
    min_segment: MIN_SEGMENT_NIGHTS,
  });
  const last = changes.at(-1);
  if (last === undefined) return null;
  const before = mean(series.slice(changes.at(-2)?.index ?? 0, last.index));
  const behind = mean(series.slice(last.index));
  const estimate = changeOf(before, behind, unit);
  const night = nights[start + last.index];
  if (estimate === null || night === undefined) return null;
  return { night_id: night.night_id, estimate, before, behind, p_value: last.p_value };
}
