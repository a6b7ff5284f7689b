// Latencies of each arm, all its requests pooled; a block of rows per metric, so that arms are compared down a column.

import { isAvailable } from "../../harness/measure/measured.ts";
import type {
  ArmSummary,
  Distribution,
  LatencyMetric,
  RunSummary,
} from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount, formatNumber } from "../wording/format_value.ts";
import { type Cell, cell, left, missingCell, type ReportTable, right } from "./report_table.ts";

const SHOWN: readonly (readonly [LatencyMetric, string])[] = [
  ["ttft_ms", "TTFT"],
  ["tpot_ms", "TPOT"],
  ["itl_ms", "ITL"],
  ["e2el_ms", "E2EL"],
];
const STATISTICS = ["mean", "p50", "p90", "p95", "p99", "max"] as const;

export function latencyTable({ arms }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "Latency (ms)",
    blocks: true,
    columns: [left("metric"), left(labels.column), ...STATISTICS.map(right), right("samples")],
    rows: SHOWN.flatMap(([metric, name]) =>
      arms.map((arm) => [cell(name), cell(labels.of(arm.name)), ...statisticCells(arm, metric)]),
    ),
  };
}

function statisticCells(arm: ArmSummary, metric: LatencyMetric): Cell[] {
  const value = arm.metrics[metric];
  if (!isAvailable(value)) return [...STATISTICS.map(() => missingCell(value.na)), cell("0", "quiet")];
  const of = (name: keyof Distribution): Cell => cell(formatNumber(value[name]));
  return [...STATISTICS.map(of), cell(formatCount(value.n))];
}
