// store-bench's disk figures as a Markdown table, beside fio's.

import { formatBytes } from "../../domain/units.ts";
import type { DiskBenchResult, DiskFigures } from "../../measure/store_bench_disk_figures.ts";

export function renderDisk({ folder, file_bytes, path_taken, fio, figures }: DiskBenchResult): string {
  return [
    `# store-bench, disk: ${formatBytes(file_bytes)} in order under ${folder}`,
    "",
    `Path taken: ${path_taken}. Yardstick: ${fio}, same blocks, depth and flags, in turn with ours.`,
    "",
    "| direction | block | depth | GB/s | fio GB/s | ÷ fio | failed |",
    "|---|---:|---:|---:|---:|---:|---:|",
    ...figures.map(row),
    "",
  ].join("\n");
}

function row(figures: DiskFigures): string {
  const { direction, block_bytes, queue_depth, bytes_per_s, fio_bytes_per_s, of_fio, failed_ops } = figures;
  const cells = [
    direction,
    formatBytes(block_bytes),
    queue_depth,
    (bytes_per_s / 1e9).toFixed(2),
    fio_bytes_per_s === null ? "n/a" : (fio_bytes_per_s / 1e9).toFixed(2),
    of_fio === null ? "n/a" : of_fio.toFixed(2),
    failed_ops,
  ];
  return `| ${cells.join(" | ")} |`;
}
