// What the VM measured over Soft-RoCE, beside perftest, and what may be said of it.

import { quantile, sortAscending } from "../../harness/stats/quantile.ts";
import type { FabricPath } from "../../native/ffi/fabric_plane.ts";

/** Rates: one of each turn, in order. */
export interface GuestFigures {
  readonly path_taken: FabricPath;
  readonly put_bytes_per_s: readonly number[];
  readonly get_bytes_per_s: readonly number[];
  readonly ib_write_bytes_per_s: readonly number[];
  readonly ib_read_bytes_per_s: readonly number[];
  readonly failed_ops: number;
  readonly corrupt_pieces: number;
}

/** A transfer path that is worth having uses most of its device. */
const GOAL_OF_DEVICE = 0.8;

/** Ratios of medians. */
export function sharesOfDevice(figures: GuestFigures): { readonly put: number; readonly get: number } {
  return {
    put: middle(figures.put_bytes_per_s) / middle(figures.ib_write_bytes_per_s),
    get: middle(figures.get_bytes_per_s) / middle(figures.ib_read_bytes_per_s),
  };
}

/** What is wrong whatever the machine does beside it. A speed is that only against a `bound` that somebody asked for. */
export function figureProblems(figures: GuestFigures, bound: number | null): readonly string[] {
  const problems: string[] = [];
  if (figures.failed_ops > 0) problems.push(`${figures.failed_ops} ops of the measurement failed`);
  if (figures.corrupt_pieces > 0)
    problems.push(`${figures.corrupt_pieces} pieces of the measurement are corrupt`);
  if (bound === null) return problems;
  for (const [what, share] of Object.entries(sharesOfDevice(figures)))
    if (share < bound)
      problems.push(`${what} reaches ${share.toFixed(2)} × of the device, wanted ${bound} ×`);
  return problems;
}

export function figuresText(figures: GuestFigures): string {
  const { path_taken: path } = figures;
  const { put, get } = sharesOfDevice(figures);
  const turns = figures.put_bytes_per_s.length;
  return [
    `${path.provider} on ${path.domain}, ${path.library}, batches of 16 × 1 MiB, medians (least–most) of ${turns} turns, perftest in the same:`,
    `  put ${rates(figures.put_bytes_per_s)}, ib_write_bw ${rates(figures.ib_write_bytes_per_s)}: ${share(put)}`,
    `  get ${rates(figures.get_bytes_per_s)}, ib_read_bw ${rates(figures.ib_read_bytes_per_s)}: ${share(get)}`,
  ].join("\n");
}

function share(of_device: number): string {
  const reached = of_device >= GOAL_OF_DEVICE ? "reached" : "MISSED";
  return `${of_device.toFixed(2)} × (goal ${GOAL_OF_DEVICE} × ${reached})`;
}

function rates(bytes_per_s: readonly number[]): string {
  const mega = (value: number): string => (value / 1e6).toFixed(0);
  const spread = `${mega(Math.min(...bytes_per_s))}–${mega(Math.max(...bytes_per_s))}`;
  return `${mega(middle(bytes_per_s))} MB/s (${spread})`;
}

function middle(values: readonly number[]): number {
  return quantile(sortAscending(values), 0.5);
}
