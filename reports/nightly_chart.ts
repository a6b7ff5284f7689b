// One series over its nights: a line of night means, the baseline's level dashed, a change point as a vertical line.

import { present } from "../harness/domain/assert.ts";
import type { NightFinding } from "../harness/study/nightly/judge_night.ts";
import { type AxisRange, lineGrid, uprightAxis, valueAxis } from "./charts/axes.ts";
import type { Chart, DrawnChart } from "./charts/chart.ts";
import { armColour, QUIET } from "./charts/palette.ts";
import { formatNumber } from "./wording/format_value.ts";

export function nightChart(finding: NightFinding, index: number): Chart {
  const { scenario, metric, change } = finding;
  const points = pointsOf(finding);
  return {
    id: `night-${index}`,
    title: `${scenario}: ${metric.metric}`,
    reading: `${metric.goodness === "lower" ? "Lower" : "Higher"} is better.`,
    description: points.map(([night, value]) => `night ${night}: ${formatNumber(value)}`).join("; "),
    legend: [
      { label: "night mean", colour: armColour(1), mark: "line" },
      { label: "baseline night", colour: QUIET, mark: "dashed" },
      ...(change === null ? [] : [{ label: "change point", colour: "var(--bad)", mark: "tick" } as const]),
    ],
    draw: () => drawNights(finding, points),
    data: null,
  };
}

/** Night and its mean. */
type Point = [night_id: number, value: number];

function pointsOf({ metric, series }: NightFinding): Point[] {
  const scale = metric.unit === "points" ? 100 : 1;
  return series.map(({ night_id, mean }) => [night_id, mean * scale]);
}

const HEIGHT_PX = 220;

function drawNights({ metric, change }: NightFinding, points: readonly Point[]): DrawnChart {
  const unit = unitOf(metric);
  const [, level] = present(points[0], "a series begins with its baseline night");
  const baseline = { yAxis: level, lineStyle: { color: QUIET, type: "dashed" as const } };
  const moved = change && {
    xAxis: change.night_id,
    lineStyle: { color: "var(--bad)", type: "solid" as const },
  };
  return {
    height_px: HEIGHT_PX,
    option: {
      grid: lineGrid(),
      xAxis: valueAxis("night", nightRange(points.map(([night]) => night))),
      yAxis: uprightAxis(`${metric.metric} (${unit})`, paddedRange(points.map(([, value]) => value))),
      series: [
        {
          type: "line",
          data: [...points],
          symbolSize: 5,
          lineStyle: { color: armColour(1), width: 2 },
          itemStyle: { color: armColour(1) },
          markLine: {
            silent: true,
            symbol: "none",
            label: { show: false },
            data: moved === null ? [baseline] : [baseline, moved],
          },
        },
      ],
    },
    tips: [points.map(([night, value]) => `night ${night}: ${formatNumber(value)} ${unit}`)],
  };
}

/** Ratios are drawn in percent; of other metrics the name says it. */
function unitOf({ metric, unit }: NightFinding["metric"]): string {
  if (unit === "points") return "%";
  if (metric.includes("_ms")) return "ms";
  return metric.endsWith("_per_s") ? "1/s" : "count";
}

/** Ticks at whole nights. */
function nightRange(nights: readonly number[]): AxisRange {
  const min = Math.min(...nights);
  const max = Math.max(min + 1, ...nights);
  return { min, max, interval: Math.ceil((max - min) / 6) };
}

/** Of the value: less than this is noise, and must not fill the picture. */
const LEAST_ROOM = 0.05;

/** Of an axis whose values are all 0. */
const ROOM_AT_ZERO = 1e-3;

/** Half of the values' range above them and below. */
function paddedRange(values: readonly number[]): AxisRange {
  const min = Math.min(...values);
  const max = Math.max(...values);
  const room = Math.max(max - min, LEAST_ROOM * Math.abs(max), ROOM_AT_ZERO);
  return { min: Number((min - room / 2).toPrecision(3)), max: Number((max + room / 2).toPrecision(3)) };
}
