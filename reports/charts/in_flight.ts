// Requests in flight over the time of a run, from the records: sent and not yet done. Runs of one arm start at 0 together.

import type { RequestRecord } from "../../harness/domain/request_record.ts";
import { NS_PER_S } from "../../harness/domain/units.ts";

export interface InFlight {
  /** Width of a bin. */
  readonly bin_s: number;
  /** [bins]: time-weighted mean over the bin, then over the arm's runs; a run that has ended has 0. */
  readonly mean: readonly number[];
}

interface Span {
  readonly from_s: number;
  readonly to_s: number;
}

export const IN_FLIGHT_BINS = 120;

/** `records` of one arm. `duration_s`: of the longest run of all arms, so that arms share their bins. */
export function countInFlight(records: readonly RequestRecord[], duration_s: number): InFlight {
  const bin_s = duration_s / IN_FLIGHT_BINS;
  const runs = [...Map.groupBy(records, (record) => record.pair_index).values()].map(spansOf);
  const busy_s = new Array<number>(IN_FLIGHT_BINS).fill(0);
  for (const { from_s, to_s } of runs.flat()) {
    const last = Math.min(IN_FLIGHT_BINS - 1, Math.floor(to_s / bin_s));
    for (let bin = Math.floor(from_s / bin_s); bin <= last; bin++) {
      const overlap_s = Math.min(to_s, (bin + 1) * bin_s) - Math.max(from_s, bin * bin_s);
      busy_s[bin] = (busy_s[bin] ?? 0) + Math.max(0, overlap_s);
    }
  }
  return { bin_s, mean: busy_s.map((seconds) => seconds / (bin_s * Math.max(1, runs.length))) };
}

/** Of the longest run of any arm; 0 when nothing was finished. */
export function longestRun_s(records: readonly RequestRecord[]): number {
  const runs = Map.groupBy(records, (record) => JSON.stringify([record.arm, record.pair_index]));
  return [...runs.values()].reduce(
    (longest, run) => spansOf(run).reduce((max, { to_s }) => Math.max(max, to_s), longest),
    0,
  );
}

/** When a run's first request was sent. */
export function startOf_ns(run: readonly RequestRecord[]): number {
  return run.reduce((min, record) => Math.min(min, record.sent_ns), Number.POSITIVE_INFINITY);
}

/** When a failed request was given up is not recorded, so it is left out. */
function spansOf(run: readonly RequestRecord[]): Span[] {
  const start_ns = startOf_ns(run);
  return run.flatMap(({ sent_ns, last_token_ns }) =>
    last_token_ns === null
      ? []
      : [{ from_s: (sent_ns - start_ns) / NS_PER_S, to_s: (last_token_ns - start_ns) / NS_PER_S }],
  );
}
