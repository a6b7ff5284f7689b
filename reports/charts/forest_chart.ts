// Paired differences of one candidate against the baseline: a dot for the estimate, a line for its 95 % interval, a row per
// metric. Percent and percentage points are different axes, so each is a chart of its own.

import type { CustomSeriesRenderItem } from "echarts";
import type { Comparison } from "../../harness/measure/run_summary.ts";
import type { DeltaUnit } from "../../harness/stats/change.ts";
import { comparisonTable } from "../tables/comparison_table.ts";
import type { ComparedPair } from "../wording/compared_pairs.ts";
import { formatChange, formatInterval } from "../wording/format_value.ts";
import { VERDICT_WORDS } from "../wording/verdict_words.ts";
import { rowAxis, rowGrid, rowsHeight_px, valueAxis } from "./axes.ts";
import type { Chart, ChartSize, DrawnChart } from "./chart.ts";
import { INK } from "./palette.ts";

const AXIS_NAMES: Readonly<Record<DeltaUnit, string>> = {
  percent: "change against the baseline (%)",
  points: "change against the baseline (percentage points)",
};

/** `index` makes the id unique. Null: no row has this unit. */
export function forestChart(pair: ComparedPair, unit: DeltaUnit, index: number): Chart | null {
  const rows = pair.rows.filter((row) => (row.delta_unit ?? "percent") === unit);
  if (rows.length === 0) return null;
  return {
    id: `forest-${index}-${unit}`,
    title: unit === "percent" ? "Times and rates" : "Ratios",
    reading:
      "Dot: estimate. Line: 95 % interval; an arrow runs on. An interval across 0 may be no change at all.",
    description: rows.map(describe).join("; "),
    legend: [],
    draw: (size) => drawForest(rows, unit, size),
    data: comparisonTable(pair.title, rows, true),
  };
}

function drawForest(rows: readonly Comparison[], unit: DeltaUnit, size: ChartSize): DrawnChart {
  const limit = limitOf(rows);
  return {
    height_px: rowsHeight_px(rows.length, 26),
    option: {
      grid: rowGrid(size),
      xAxis: valueAxis(AXIS_NAMES[unit], { min: -limit, max: limit }),
      yAxis: rowAxis(
        rows.map((row) => row.metric),
        size,
      ),
      series: [
        {
          type: "custom",
          renderItem: drawInterval(rows, limit),
          data: rows.map((row, i) => [row.delta_pct, i]),
          markLine: {
            silent: true,
            symbol: "none",
            label: { show: false },
            lineStyle: { color: INK, type: "solid", width: 1 },
            data: [{ xAxis: 0 }],
          },
        },
      ],
    },
    tips: [rows.map(describe)],
  };
}

/**
 * The axis holds every estimate; an interval much wider than the estimates runs out of it, for it would flatten all others.
 * Rounded up to 1, 2 or 5 times a power of ten.
 */
function limitOf(rows: readonly Comparison[]): number {
  const farthest = Math.max(...rows.map((row) => Math.abs(row.delta_pct)));
  const widest = Math.max(...rows.flatMap((row) => row.ci95_pct.map(Math.abs)));
  const wanted = Math.max(1, 1.1 * farthest, Math.min(1.1 * widest, 3 * farthest));
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([1, 2, 3, 5].find((step) => step * power >= wanted) ?? 10);
}

const CAP_PX = 5;

function drawInterval(rows: readonly Comparison[], limit: number): CustomSeriesRenderItem {
  return ({ dataIndex }, api) => {
    const row = rows[dataIndex];
    if (row === undefined) return null;
    const colour = `var(--${VERDICT_WORDS[row.verdict].tone})`;
    const xOf = (value: number): number => Number(api.coord([clamp(value, limit), dataIndex])[0]);
    const y = Number(api.coord([0, dataIndex])[1]);
    const ends = row.ci95_pct.map((end) => ({
      x: xOf(end),
      runs_on: Math.abs(end) > limit,
      sign: Math.sign(end),
    }));
    const [lo, hi] = row.ci95_pct;
    const line = { x1: xOf(lo), y1: y, x2: xOf(hi), y2: y };
    return {
      type: "group",
      children: [
        { type: "line", shape: line, style: { stroke: colour, lineWidth: 2 } },
        ...ends.map(({ x, runs_on, sign }) => ({
          type: "polyline" as const,
          shape: { points: runs_on ? arrow(x, y, sign) : cap(x, y) },
          style: { stroke: colour, lineWidth: 2, fill: "none" },
        })),
        { type: "circle", shape: { cx: xOf(row.delta_pct), cy: y, r: 5 }, style: { fill: colour } },
      ],
    };
  };
}

function cap(x: number, y: number): [number, number][] {
  return [
    [x, y - CAP_PX],
    [x, y + CAP_PX],
  ];
}

function arrow(x: number, y: number, sign: number): [number, number][] {
  return [
    [x - sign * CAP_PX, y - CAP_PX],
    [x, y],
    [x - sign * CAP_PX, y + CAP_PX],
  ];
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

function describe(row: Comparison): string {
  const unit = row.delta_unit ?? "percent";
  const change = `${formatChange(row.delta_pct, unit)}, 95 % interval ${formatInterval(row.ci95_pct)}`;
  return `${row.metric} ${change}: ${VERDICT_WORDS[row.verdict].words}`;
}
