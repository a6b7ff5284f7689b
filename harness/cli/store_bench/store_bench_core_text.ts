// Figures of `store-bench --core` as Markdown.

import type { CoreFigures } from "../../measure/store_bench_core_figures.ts";

export function renderCore(figures: CoreFigures): string {
  const { operations, operations_per_s, operations_per_cpu_s, first_difference, eviction } = figures;
  const verdict =
    first_difference === null
      ? "every answer is the reference model's"
      : `NOT the model's at step ${first_difference.step}: ${JSON.stringify(first_difference)}`;
  const [rate_k, cpu_rate_k] = [operations_per_s, operations_per_cpu_s].map((per_s) =>
    (per_s / 1e3).toFixed(0),
  );
  const rate = `${rate_k} k/s on the core alone (${cpu_rate_k} k for a second of processor time)`;
  return [
    `${operations.toLocaleString("en")} random operations of one to six keys, faults among them, ${rate}: ${verdict}.`,
    "",
    "| objects that stay | evicted a tick | tick ms p50 | tick ms p99 |",
    "|---:|---:|---:|---:|",
    ...eviction.map(
      (row) =>
        `| ${row.objects.toLocaleString("en")} | ${row.evicted_per_tick.toFixed(0)} | ${row.tick_ms_p50.toFixed(3)} | ${row.tick_ms_p99.toFixed(3)} |`,
    ),
    "",
  ].join("\n");
}
