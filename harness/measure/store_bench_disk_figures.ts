// What `bun run store-bench --disk` measures: sequential writes and reads of a file by the data plane, as a disk tier makes them,
// beside fio with the same pattern, block size and queue depth in turn.

import { NS_PER_S } from "../domain/units.ts";
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
  readonly of_fio: number | null;
  /** Ops that failed. Must be 0. */
  readonly failed_ops: number;
}

export interface DiskBenchResult {
  readonly schema_version: 1;
  readonly folder: string;
  readonly file_bytes: number;
  /** How the file was reached: io_uring or threads, O_DIRECT or the page cache. */
  readonly path_taken: string;
  /** fio's version, or why there is none. */
  readonly fio: string;
  readonly figures: readonly DiskFigures[];
}

/** Samples of one cell in one direction, one of each a round. */
export interface DiskSamples {
  readonly direction: "write" | "read";
  readonly spent_ns: readonly number[];
  readonly fio_bytes_per_s: readonly number[];
  readonly failed_ops: number;
}

export function diskFigures(cell: DiskCell, file_bytes: number, samples: DiskSamples): DiskFigures {
  const bytes_per_s = (file_bytes * NS_PER_S) / median(samples.spent_ns);
  const fio_bytes_per_s = samples.fio_bytes_per_s.length === 0 ? null : median(samples.fio_bytes_per_s);
  return {
    ...cell,
    direction: samples.direction,
    bytes_per_s,
    fio_bytes_per_s,
    of_fio: fio_bytes_per_s === null ? null : bytes_per_s / fio_bytes_per_s,
    failed_ops: samples.failed_ops,
  };
}
