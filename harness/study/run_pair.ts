// One repetition of a comparison: both arms on the same trace and seed.

import type { RequestRecord } from "../domain/request_record.ts";
import type { ArmRun } from "../measure/arm_run.ts";

export interface RunPair {
  readonly baseline: ArmRun;
  readonly candidate: ArmRun;
}

/** Requests of one session that finished in both arms, in the same order. */
export interface PairedSessionRecords {
  readonly baseline: readonly RequestRecord[];
  readonly candidate: readonly RequestRecord[];
}

/** Pairs that both arms ran, in order. */
export function matchPairs(baseline: readonly ArmRun[], candidate: readonly ArmRun[]): RunPair[] {
  const byIndex = new Map(candidate.map((run) => [run.pair_index, run]));
  return baseline.flatMap((run) => {
    const other = byIndex.get(run.pair_index);
    return other === undefined ? [] : [{ baseline: run, candidate: other }];
  });
}

/**
 * Like is compared with like: a request that failed in one arm is left out of both, so that an arm that fails its slow
 * requests does not look fast. Sessions in the baseline's order.
 */
export function matchSessions({ baseline, candidate }: RunPair): PairedSessionRecords[] {
  const others = new Map(finished(candidate).map((record) => [record.request_id, record]));
  const shared = finished(baseline).flatMap((record) => {
    const other = others.get(record.request_id);
    return other === undefined ? [] : [{ record, other }];
  });
  return [...Map.groupBy(shared, ({ record }) => record.session_id).values()].map((session) => ({
    baseline: session.map(({ record }) => record),
    candidate: session.map(({ other }) => other),
  }));
}

function finished(run: ArmRun): RequestRecord[] {
  return run.records.filter((record) => record.error === null);
}
