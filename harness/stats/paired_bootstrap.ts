// The two-level cluster bootstrap (contrast_bootstrap.ts) of a paired difference: pairs, then sessions jointly in both arms.
//
// Shown beside the interval of pair_interval.ts, which decides (and says why); alone it serves two purposes: with one pair
// it is all there is (sessions only: it does not know run-to-run noise), and its sessions-only spread says how much of the
// noise is inside the runs.

import { type BootstrapInterval, type BootstrapOptions, bootstrapContrasts } from "./contrast_bootstrap.ts";
import type { PairValues } from "./pair_interval.ts";
import type { SessionStatistic } from "./session_statistic.ts";

/** One session as both arms of a pair ran it. */
export interface PairedSession<S> {
  readonly baseline: S;
  readonly candidate: S;
}

/** [sessions] of one pair. */
export type Pair<S> = readonly PairedSession<S>[];

/** Null: more than half of the resamples have no value (no sample in an arm, or a baseline of zero). */
export function bootstrapPairs<S>(
  pairs: readonly Pair<S>[],
  statistic: SessionStatistic<S>,
  options: BootstrapOptions,
): BootstrapInterval | null {
  const blocks = pairs.map((pair) => pair.map(({ baseline, candidate }) => [baseline, candidate]));
  const [interval = null] = bootstrapContrasts(blocks, statistic, [asPair], options);
  return interval;
}

function asPair([baseline, candidate]: readonly number[]): PairValues {
  return { baseline: Number(baseline), candidate: Number(candidate) };
}
