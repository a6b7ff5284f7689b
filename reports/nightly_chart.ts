// One series over its nights: a line of night means, the baseline's level dashed, a change point as a vertical line.

import type { NightFinding } from "../harness/study/nightly/judge_night.ts";
import { type AxisRange, lineGrid, uprightAxis, valueAxis } from "./charts/axes.ts";
import type { Chart } from "./charts/chart.ts";
import { armColour, QUIET } from "./charts/palette.ts";
import { formatNumber } from "./wording/format_value.ts";

export function nightChart(finding: NightFinding, index: number): Chart {
  const { scenario, metric, series, change } = finding;
  const scale = metric.unit === "points" ? 100 : 1;
  const unit = metric.unit === "points" ? "%" : unitOf(metric.metric);
  const points = series.map(({ night_id, mean }): [number, number] => [night_id, mean * scale]);
  const baseline = points[0]?.[1] ?? 0;
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
    draw: () => ({
      height_px: 220,
      option: {
        grid: lineGrid(),
        xAxis: valueAxis("night", nightRange(points.map(([night]) => night))),
        yAxis: uprightAxis(`${metric.metric} (${unit})`, paddedRange(points.map(([, value]) => value))),
        series: [
          {
            type: "line",
            data: points,
            symbolSize: 5,
            lineStyle: { color: armColour(1), width: 2 },
            itemStyle: { color: armColour(1) },
            markLine: {
              silent: true,
              symbol: "none",
              label: { show: false },
              data: [
                { yAxis: baseline, lineStyle: { color: QUIET, type: "dashed" } },
                ...(change === null
                  ? []
                  : [{ xAxis: change.night_id, lineStyle: { color: "var(--bad)", type: "solid" as const } }]),
              ],
            },
          },
        ],
      },
      tips: [points.map(([night, value]) => `night ${night}: ${formatNumber(value)} ${unit}`)],
    }),
    data: null,
  };
}

function unitOf(metric: string): string {
  if (metric.includes("_ms")) return "ms";
  return metric.endsWith("_per_s") ? "1/s" : "%";
}

/** Ticks at whole nights. */
function nightRange(nights: readonly number[]): AxisRange {
  const min = Math.min(...nights);
  const max = Math.max(min + 1, ...nights);
  return { min, max, interval: Math.ceil((max - min) / 6) };
}

/** Room above and below, so that noise does not fill the picture. */
function paddedRange(values: readonly number[]): AxisRange {
  const min = Math.min(...values);
  const max = Math.max(...values);
  const room = Math.max(max - min, 0.05 * Math.abs(max), 1e-3);
  return { min: Number((min - room / 2).toPrecision(3)), max: Number((max + room / 2).toPrecision(3)) };
}
