// The distribution of a latency per arm: which share of requests was done within a time. Nothing is binned; a curve goes
// through 201 quantiles of the samples, and its marks are p50, p90 and p99.

import type { RequestRecord } from "../../harness/domain/request_record.ts";
import { LATENCY_METRIC_DEFINITIONS } from "../../harness/measure/latency_metrics.ts";
import { quantile, sortAscending } from "../../harness/stats/quantile.ts";
import { cell, left, missingCell, type ReportTable, right } from "../tables/report_table.ts";
import type { ArmLabels } from "../wording/arm_labels.ts";
import { formatNumber } from "../wording/format_value.ts";
import { type ArmCurve, armLegend, armLine } from "./arm_curve.ts";
import { lineGrid, logAxis, uprightAxis, valueAxis } from "./axes.ts";
import type { Chart, DrawnChart } from "./chart.ts";
import { armColour } from "./palette.ts";

export interface CdfInput {
  readonly metric: "ttft_ms" | "e2el_ms";
  /** `TTFT` */
  readonly name: string;
  readonly arms: readonly string[];
  readonly labels: ArmLabels;
  readonly records: readonly RequestRecord[];
}

interface Curve extends ArmCurve {
  readonly ascending_ms: Float64Array;
}

/** Null: no arm has a sample. */
export function cdfChart(input: CdfInput): Chart | null {
  const { metric, name, labels } = input;
  const all = curvesOf(input);
  const curves = all.filter(({ ascending_ms }) => ascending_ms.length > 0);
  if (curves.length === 0) return null;
  const medians = curves.map(
    ({ label, ascending_ms }) => `${label} ${formatNumber(quantile(ascending_ms, 0.5))} ms`,
  );
  return {
    id: `cdf-${metric.replaceAll("_", "-")}`,
    title: `${name} of all requests`,
    reading: "Further left is faster. Marks are p50, p90 and p99.",
    description: `Cumulative distribution by ${labels.column}; medians: ${medians.join(", ")}.`,
    legend: armLegend(curves),
    draw: () => drawCurves(name, curves),
    data: quantileTable(name, labels, all),
  };
}

function curvesOf({ metric, arms, labels, records }: CdfInput): Curve[] {
  const by_arm = Map.groupBy(records, (record) => record.arm);
  return arms.map((arm, index) => ({
    label: labels.of(arm),
    index,
    ascending_ms: sortAscending(
      (by_arm.get(arm) ?? []).flatMap((record) => LATENCY_METRIC_DEFINITIONS[metric].of(record)),
    ),
  }));
}

const MARKED = [0.5, 0.9, 0.99] as const;
const STEPS = 200;
/** Beyond this ratio of slowest to median a linear axis would hide the curves. */
const LONG_TAIL = 12;

/** `curves` with a sample each. */
function drawCurves(name: string, curves: readonly Curve[]): DrawnChart {
  const log = curves.some(({ ascending_ms }) => isLongTailed(ascending_ms));
  const marks = curves.map(({ label, index, ascending_ms }) => ({
    type: "scatter" as const,
    data: MARKED.map((q) => [quantile(ascending_ms, q), 100 * q]),
    symbolSize: 9,
    itemStyle: { color: armColour(index), opacity: 1 },
    tips: MARKED.map((q) => `${label}: p${100 * q} ${formatNumber(quantile(ascending_ms, q))} ms`),
  }));
  const lines = curves.map((curve) => ({
    type: "line" as const,
    data: Array.from({ length: STEPS + 1 }, (_, i) => [
      quantile(curve.ascending_ms, i / STEPS),
      (100 * i) / STEPS,
    ]),
    showSymbol: false,
    lineStyle: armLine(curve),
  }));
  return {
    height_px: 340,
    option: {
      grid: lineGrid(),
      xAxis: log ? logAxis(`${name} (ms, logarithmic)`) : valueAxis(`${name} (ms)`, { min: 0 }),
      yAxis: uprightAxis("requests (%)", { min: 0, max: 100, interval: 25 }),
      series: [...lines, ...marks.map(({ tips: _, ...series }) => series)],
    },
    tips: [...lines.map(() => []), ...marks.map(({ tips }) => tips)],
  };
}

function isLongTailed(ascending_ms: Float64Array): boolean {
  return quantile(ascending_ms, 1) > LONG_TAIL * quantile(ascending_ms, 0.5);
}

const TABLED = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1] as const;

function quantileTable(name: string, labels: ArmLabels, curves: readonly Curve[]): ReportTable {
  return {
    title: `${name} (ms)`,
    columns: [left(labels.column), ...TABLED.map((q) => right(q === 1 ? "max" : `p${Math.round(100 * q)}`))],
    rows: curves.map(({ label, ascending_ms }) => [
      cell(label),
      ...TABLED.map((q) =>
        ascending_ms.length === 0 ? missingCell("no sample") : cell(formatNumber(quantile(ascending_ms, q))),
      ),
    ]),
  };
}
