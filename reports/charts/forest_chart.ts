// Changes against a baseline: a dot for the estimate, a line for its 95 % interval, a row per metric (or per effect of a study).
// Percent and percentage points are different axes, so each is a chart of its own.

import type { CustomSeriesRenderItem } from "echarts";
import type { Comparison } from "../../harness/measure/run_summary.ts";
import type { DeltaUnit } from "../../harness/stats/change.ts";
import { formatChange, formatInterval } from "../wording/format_value.ts";
import { VERDICT_WORDS } from "../wording/verdict_words.ts";
import { FONT_PX, rowAxis, rowGrid, rowsHeight_px, valueAxis } from "./axes.ts";
import type { Chart, ChartSize, DrawnChart, LegendItem } from "./chart.ts";
import { INK } from "./palette.ts";

const AXIS_NAMES: Readonly<Record<DeltaUnit, string>> = {
  percent: "change (%)",
  points: "change (percentage points)",
};

const READINGS: Readonly<Record<DeltaUnit, string>> = {
  percent:
    "Times (_ms) are better to the left, rates (_per_s) to the right. Dot: estimate; line: 95 % interval, an arrow where it runs on.",
  points:
    "Better to the right, stale_read_ratio to the left. Dot: estimate; line: 95 % interval, an arrow where it runs on.",
};

const VERDICT_LEGEND: readonly LegendItem[] = Object.values(VERDICT_WORDS).map(({ words, tone }) => ({
  label: words,
  colour: `var(--${tone})`,
  mark: "line",
}));

/** What the chart needs of a comparison. */
export type ForestRow = Pick<Comparison, "metric" | "delta_unit" | "delta_pct" | "ci95_pct" | "verdict">;

/** The rows of `forests[index]`, on the axis that all forests share; the first explains it. Null: no row has this unit. */
export function forestChart(
  forests: readonly (readonly ForestRow[])[],
  index: number,
  unit: DeltaUnit,
): Chart | null {
  const groups = forests.map((rows) => rows.filter((row) => (row.delta_unit ?? "percent") === unit));
  const rows = groups[index] ?? [];
  if (rows.length === 0) return null;
  const limit = limitOf(groups.flat());
  return {
    id: `forest-${index}-${unit}`,
    title: unit === "percent" ? "Times and rates" : "Ratios",
    reading: index === 0 ? READINGS[unit] : "",
    description: rows.map(describe).join("; "),
    legend: index === 0 ? VERDICT_LEGEND : [],
    draw: (size) => drawForest(rows, unit, limit, size),
    data: null,
  };
}

/** Beside the rows, for the change in figures. */
const CHANGE_PX = 78;

function drawForest(rows: readonly ForestRow[], unit: DeltaUnit, limit: number, size: ChartSize): DrawnChart {
  const names = rows.map((row) => row.metric);
  return {
    height_px: rowsHeight_px(names, 26, size),
    option: {
      grid: rowGrid(size, CHANGE_PX),
      xAxis: valueAxis(AXIS_NAMES[unit], { min: -limit, max: limit, interval: limit / 2 }),
      yAxis: rowAxis(names, size),
      series: [
        {
          type: "custom",
          renderItem: drawRow(rows, limit),
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

/** Room beyond the farthest that is drawn. */
const SPARE = 1.1;
/** Of the farthest estimate: an interval beyond runs out of the axis, for it would flatten all others. */
const WIDEST = 3;

/** Where the axis ends on either side, rounded up, so that half of it is a number to read. It holds every estimate. */
function limitOf(rows: readonly ForestRow[]): number {
  const farthest = Math.max(...rows.map((row) => Math.abs(row.delta_pct)));
  const widest = Math.max(...rows.flatMap((row) => row.ci95_pct.map(Math.abs)));
  const wanted = Math.max(1, SPARE * farthest, Math.min(SPARE * widest, WIDEST * farthest));
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([1, 2, 3, 4, 5, 6, 8].find((step) => step * power >= wanted) ?? 10);
}

const CAP_PX = 5;

/** Interval, estimate, and the change in figures beside the row. */
function drawRow(rows: readonly ForestRow[], limit: number): CustomSeriesRenderItem {
  return ({ dataIndex }, api) => {
    const row = rows[dataIndex];
    if (row === undefined) return null;
    const colour = `var(--${VERDICT_WORDS[row.verdict].tone})`;
    const xOf = (value: number): number => Number(api.coord([clamp(value, limit), dataIndex])[0]);
    const y = Number(api.coord([0, dataIndex])[1]);
    const [lo, hi] = row.ci95_pct;
    const line = { x1: xOf(lo), y1: y, x2: xOf(hi), y2: y };
    return {
      type: "group",
      children: [
        { type: "line", shape: line, style: { stroke: colour, lineWidth: 2 } },
        ...row.ci95_pct.map((end) => ({
          type: "polyline" as const,
          shape: { points: Math.abs(end) > limit ? arrow(xOf(end), y, Math.sign(end)) : cap(xOf(end), y) },
          style: { stroke: colour, lineWidth: 2, fill: "none" },
        })),
        { type: "circle", shape: { cx: xOf(row.delta_pct), cy: y, r: 5 }, style: { fill: colour } },
        {
          type: "text",
          x: xOf(limit) + CHANGE_PX - 2,
          y,
          style: {
            text: formatChange(row.delta_pct, row.delta_unit ?? "percent"),
            fill: colour,
            fontSize: FONT_PX,
            fontFamily: "inherit",
            textAlign: "right",
            textVerticalAlign: "middle",
          },
        },
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

function describe(row: ForestRow): string {
  const unit = row.delta_unit ?? "percent";
  const change = `${formatChange(row.delta_pct, unit)}, 95 % interval ${formatInterval(row.ci95_pct)}`;
  return `${row.metric} ${change}: ${VERDICT_WORDS[row.verdict].words}`;
}
