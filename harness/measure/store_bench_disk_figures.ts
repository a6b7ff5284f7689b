// What `bun run store-bench --disk` measures: sequential writes and reads of a file by the data plane, as a disk tier makes them,
// beside fio with the same pattern, block size and queue depth in turn.

import { NS_PER_S } from "../domain/units.ts";
import { heldStill, type Ratio, ratioOf, steadyOrAll } from "./steady_turns.ts";
import { median } from "./store_bench_figures.ts";

export interface DiskCell {
  readonly block_bytes: number;
  readonly queue_depth: number;
}

export interface DiskFigures extends DiskCell {
  readonly direction: "write" | "read";
  readonly bytes_per_s: number;
  /** Null: fio was not run. */
  readonly fio_bytes_per_s: number | null;
  /** The median over turns (steady_turns.ts). */
  readonly of_fio: Ratio | null;
  readonly turns: number;
  /** Turns in which fio itself held still. */
  readonly steady_turns: number;
  /** Ops that failed. Must be 0. */
  readonly failed_ops: number;
}

export interface DiskBenchResult {
  readonly schema_version: 2;
  readonly folder: string;
  readonly file_bytes: number;
  /** How the file was reached: io_uring or threads, O_DIRECT or the page cache. */
  readonly path_taken: string;
  /** fio's version, or why there is none. */
  readonly fio: string;
  readonly figures: readonly DiskFigures[];
}

/** One pass over the file by the data plane, between two of fio's. */
export interface DiskTurn {
  /** Null: fio was not run. */
  readonly fio_before_bytes_per_s: number | null;
  readonly spent_ns: number;
  readonly fio_after_bytes_per_s: number | null;
}

/** Samples of one cell in one direction. */
export interface DiskSamples {
  readonly direction: "write" | "read";
  readonly turns: readonly DiskTurn[];
  readonly failed_ops: number;
}

export function diskFigures(cell: DiskCell, file_bytes: number, samples: DiskSamples): DiskFigures {
  const { direction, turns, failed_ops } = samples;
  const used = steadyOrAll(turns, isSteady);
  const rateOf = (spent_ns: number): number => (file_bytes * NS_PER_S) / spent_ns;
  const beside = used.flatMap((turn) => {
    const fio = fioOf(turn);
    return fio === null ? [] : [{ fio, of_fio: rateOf(turn.spent_ns) / fio }];
  });
  return {
    ...cell,
    direction,
    bytes_per_s: rateOf(median(used.map(({ spent_ns }) => spent_ns))),
    fio_bytes_per_s: beside.length === 0 ? null : median(beside.map(({ fio }) => fio)),
    of_fio: beside.length === 0 ? null : ratioOf(beside.map(({ of_fio }) => of_fio)),
    turns: turns.length,
    steady_turns: turns.filter(isSteady).length,
    failed_ops,
  };
}

function isSteady({ fio_before_bytes_per_s: before, fio_after_bytes_per_s: after }: DiskTurn): boolean {
  return before === null || after === null || heldStill(before, after);
}

function fioOf({ fio_before_bytes_per_s: before, fio_after_bytes_per_s: after }: DiskTurn): number | null {
  return before === null || after === null ? null : (before + after) / 2;
}
