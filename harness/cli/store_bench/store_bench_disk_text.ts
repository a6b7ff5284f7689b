// store-bench's disk figures as a Markdown table, beside fio's.

import { formatBytes } from "../../domain/units.ts";
import { STEADY_TURNS_MIN } from "../../measure/steady_turns.ts";
import type { DiskBenchResult, DiskFigures } from "../../measure/store_bench_disk_figures.ts";

export function renderDisk({ folder, file_bytes, path_taken, fio, figures }: DiskBenchResult): string {
  return [
    `# store-bench, disk: ${formatBytes(file_bytes)} in order under ${folder}`,
    "",
    `Path taken: ${path_taken}. Yardstick: ${fio}, same blocks, depth and flags, in turn with ours.`,
    "A ratio is the median of the turns in which fio itself held still; quartiles beside it.",
    "",
    "| direction | block | depth | ÷ fio | quartiles | GB/s | fio GB/s | steady turns | failed |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...figures.map(row),
    "",
    ...(figures.some(isNoisy)
      ? [`~ The disk was busy: fewer than ${STEADY_TURNS_MIN} turns were steady, and all count.`, ""]
      : []),
  ].join("\n");
}

function isNoisy({ of_fio, steady_turns }: DiskFigures): boolean {
  return of_fio !== null && steady_turns < STEADY_TURNS_MIN;
}

function row(figures: DiskFigures): string {
  const { of_fio, fio_bytes_per_s } = figures;
  const gigabytes = (bytes_per_s: number): string => (bytes_per_s / 1e9).toFixed(2);
  const cells = [
    figures.direction,
    formatBytes(figures.block_bytes),
    figures.queue_depth,
    of_fio === null ? "n/a" : `${isNoisy(figures) ? "~" : ""}${of_fio.median.toFixed(2)}`,
    of_fio === null ? "n/a" : `${of_fio.quartile_low.toFixed(2)}–${of_fio.quartile_high.toFixed(2)}`,
    gigabytes(figures.bytes_per_s),
    fio_bytes_per_s === null ? "n/a" : gigabytes(fio_bytes_per_s),
    `${figures.steady_turns} of ${figures.turns}`,
    figures.failed_ops,
  ];
  return `| ${cells.join(" | ")} |`;
}
