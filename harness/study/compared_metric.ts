// A metric that two arms are compared on. Each pair gives one value per arm; a metric that is a function of sessions can be
// resampled by session too.

import type { RequestRecord } from "../domain/request_record.ts";
import type { ArmRun } from "../measure/arm_run.ts";
import type { DeltaUnit } from "../stats/change.ts";
import {
  type BootstrapInterval,
  type BootstrapOptions,
  bootstrapContrasts,
  type ClusterBlock,
  type Contrast,
} from "../stats/contrast_bootstrap.ts";
import type { PairValues } from "../stats/pair_interval.ts";
import { bootstrapPairs } from "../stats/paired_bootstrap.ts";
import type { SessionStatistic } from "../stats/session_statistic.ts";
import type { Goodness } from "../stats/verdict.ts";
import type { PairedSessionRecords, RunPair } from "./run_pair.ts";

export interface ComparedMetric {
  readonly metric: string;
  readonly goodness: Goodness;
  readonly unit: DeltaUnit;
  /** Null: an arm of this pair has no value. */
  readonly valuesOf: (pair: MatchedPair) => PairValues | null;
  /** Null: a metric of whole runs, or sessions without samples. */
  readonly bootstrap: (pairs: readonly MatchedPair[], options: BootstrapOptions) => BootstrapInterval | null;
  /** [contrasts] of several arms at once. Null: as above. */
  readonly bootstrapContrasts: (
    blocks: readonly ClusterBlock<readonly RequestRecord[]>[],
    contrasts: readonly Contrast[],
    options: BootstrapOptions,
  ) => (BootstrapInterval | null)[] | null;
}

export interface MatchedPair extends RunPair {
  readonly sessions: readonly PairedSessionRecords[];
}

interface MetricNaming {
  readonly metric: string;
  readonly goodness: Goodness;
  readonly unit: DeltaUnit;
}

/** `sessionOf` reduces a session's finished requests to what `statistic` needs; null where they do not report it. */
export function sessionMetric<S>(
  naming: MetricNaming,
  sessionOf: (records: readonly RequestRecord[]) => S | null,
  statistic: SessionStatistic<S>,
): ComparedMetric {
  const reduce = (pair: MatchedPair): { baseline: S; candidate: S }[] =>
    pair.sessions.flatMap((session) => {
      const baseline = sessionOf(session.baseline);
      const candidate = sessionOf(session.candidate);
      return baseline === null || candidate === null ? [] : [{ baseline, candidate }];
    });
  return {
    ...naming,
    valuesOf: (pair) => {
      const sessions = reduce(pair);
      const baseline = statistic(sessions.map((session) => session.baseline));
      const candidate = statistic(sessions.map((session) => session.candidate));
      return baseline === null || candidate === null ? null : { baseline, candidate };
    },
    bootstrap: (pairs, options) => {
      const reduced = pairs.map(reduce);
      return reduced.some((sessions) => sessions.length === 0)
        ? null
        : bootstrapPairs(reduced, statistic, options);
    },
    bootstrapContrasts: (blocks, contrasts, options) => {
      const reduced = blocks.map((block) =>
        block
          .map((cells) => cells.map(sessionOf).filter((session) => session !== null))
          .filter((cells, i) => cells.length === block[i]?.length),
      );
      return reduced.some((sessions) => sessions.length === 0)
        ? null
        : bootstrapContrasts(reduced, statistic, contrasts, options);
    },
  };
}

/** `measure` null: the run does not have it. */
export function runMetric(naming: MetricNaming, measure: (run: ArmRun) => number | null): ComparedMetric {
  return {
    ...naming,
    valuesOf: (pair) => {
      const baseline = measure(pair.baseline);
      const candidate = measure(pair.candidate);
      return baseline === null || candidate === null ? null : { baseline, candidate };
    },
    bootstrap: () => null,
    bootstrapContrasts: () => null,
  };
}
