// Two-level cluster bootstrap of a paired difference: pairs are drawn with replacement, then within each drawn pair its
// sessions, jointly in both arms, so that what a session has in common in both arms cancels.
//
// Shown beside the interval of pair_interval.ts, which decides (and says why); alone it serves two purposes: with one pair
// it is all there is (sessions only: it does not know run-to-run noise), and its sessions-only spread says how much of the
// noise is inside the runs. Percentile intervals; Davison & Hinkley (1997), 3.8, on resampling in a hierarchy.

import { assert } from "../domain/assert.ts";
import { changeOf, type DeltaUnit } from "./change.ts";
import { quantile, sortAscending } from "./quantile.ts";
import type { RandomSource } from "./random_source.ts";
import type { SessionStatistic } from "./session_statistic.ts";

/** One session as both arms of a pair ran it. */
export interface PairedSession<S> {
  readonly baseline: S;
  readonly candidate: S;
}

/** [sessions] of one pair. */
export type Pair<S> = readonly PairedSession<S>[];

export interface BootstrapOptions {
  readonly levels: "pairs_and_sessions" | "sessions";
  readonly unit: DeltaUnit;
  readonly resamples: number;
  readonly random: RandomSource;
}

export interface BootstrapInterval {
  readonly lo: number;
  readonly hi: number;
  /** Standard deviation of the resampled change. */
  readonly se: number;
}

/** Null: more than half of the resamples have no value (no sample in an arm, or a baseline of zero). */
export function bootstrapPairs<S>(
  pairs: readonly Pair<S>[],
  statistic: SessionStatistic<S>,
  options: BootstrapOptions,
): BootstrapInterval | null {
  assert(pairs.length > 0 && pairs.every((pair) => pair.length > 0), "every pair has sessions");
  assert(options.resamples >= 40, "a 95 % interval needs at least 40 resamples");
  const changes: number[] = [];
  for (let i = 0; i < options.resamples; i++) {
    const change = resampledChange(pairs, statistic, options);
    if (change !== null) changes.push(change);
  }
  if (changes.length < options.resamples / 2) return null;
  const ascending = sortAscending(changes);
  return {
    lo: quantile(ascending, 0.025),
    hi: quantile(ascending, 0.975),
    se: standardDeviation(changes),
  };
}

function resampledChange<S>(
  pairs: readonly Pair<S>[],
  statistic: SessionStatistic<S>,
  { levels, unit, random }: BootstrapOptions,
): number | null {
  let baseline = 0;
  let candidate = 0;
  for (const [i, own] of pairs.entries()) {
    const pair = levels === "sessions" ? own : (pairs[random.below(pairs.length)] ?? own);
    const drawn = pair.map((session) => pair[random.below(pair.length)] ?? session);
    const b = statistic(drawn.map((session) => session.baseline));
    const c = statistic(drawn.map((session) => session.candidate));
    if (b === null || c === null) return null;
    baseline += (b - baseline) / (i + 1);
    candidate += (c - candidate) / (i + 1);
  }
  return changeOf(baseline, candidate, unit);
}

function standardDeviation(values: readonly number[]): number {
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}
