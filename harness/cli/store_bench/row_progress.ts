// How far a bench of many rows is, a line a row: what was measured, and how long the rest will take if it takes as long each.

import { formatBytes, NS_PER_S } from "../../domain/units.ts";
import type { TransferCell } from "../../measure/store_bench_figures.ts";

const S_PER_MIN = 60;

/** `done`: rows measured since `start_ns`, this one included. */
export function rowProgress(
  { object_bytes, batch, requesters }: TransferCell,
  done: number,
  rows: number,
  spent_ns: number,
): string {
  const left_s = ((spent_ns / NS_PER_S) * (rows - done)) / done;
  const left = left_s < S_PER_MIN ? `${Math.ceil(left_s)} s` : `${Math.ceil(left_s / S_PER_MIN)} min`;
  const name = `${formatBytes(object_bytes)} × ${batch} by ${requesters}`;
  return `row ${done} of ${rows}: ${name}${done === rows ? "" : `, about ${left} left`}`;
}
