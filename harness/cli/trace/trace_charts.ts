// Charts of a trace as SVG files that stand alone: hit curve, tree of prefixes, lengths, arrivals, reuse. ECharts draws on the server side.

import { type EChartsOption, init, type SeriesOption } from "echarts";
import { quantile, sortAscending } from "../../stats/quantile.ts";
import type { Inspected } from "./trace_tables.ts";

export interface TraceChart {
  /** File name without its ending. */
  readonly name: string;
  readonly svg: string;
}

const WIDTH_PX = 900;
const HEIGHT_PX = 420;
const INK = "#1c1e21";
const QUIET = "#5d646e";
const RULE = "#dedfda";
const COLOURS = ["#1f6fb5", "#cc5a17"];

/** One series a trace; charts for which no trace has data are left out. */
export function traceCharts(traces: readonly Inspected[]): TraceChart[] {
  return [
    hitChart(traces),
    treeChart(traces),
    cdfChart(traces, "input_tokens", "input tokens of a request", "requests (%)"),
    cdfChart(traces, "output_tokens", "output tokens of a request", "requests (%)"),
    cdfChart(traces, "gap_ms", "gap between requests (ms)", "gaps (%)"),
    cdfChart(traces, "reuse_s", "time since a shared prefix was last used (s)", "requests that share (%)"),
    arrivalChart(traces),
  ].filter((chart) => chart !== null);
}

function hitChart(traces: readonly Inspected[]): TraceChart | null {
  const series = traces.flatMap(({ label, inspection }, i) => {
    const curve = inspection.contents?.curve;
    if (curve === undefined) return [];
    const data: [number, number][] = [];
    for (let blocks = 1; blocks < 2 * curve.largest_useful_blocks; blocks *= 2 ** (1 / 8)) {
      const capacity_tokens = Math.floor(blocks) * curve.block_tokens;
      data.push([capacity_tokens, 100 * curve.at(capacity_tokens).block_ratio]);
    }
    return [line(label, i, data)];
  });
  return draw("hit_curve", "Hit ratio of an LRU cache by capacity", series, {
    xAxis: axis("log", "capacity (tokens, logarithmic)"),
    yAxis: axis("value", "blocks hit (%)"),
  });
}

function treeChart(traces: readonly Inspected[]): TraceChart | null {
  const series = traces.flatMap(({ label, inspection }, i) => {
    const levels = inspection.contents?.sharing.levels ?? [];
    if (levels.length === 0) return [];
    return [
      line(
        label,
        i,
        levels.map(({ depth, prompts, distinct }) => [depth, 100 * (1 - distinct / prompts)]),
      ),
    ];
  });
  return draw("prefix_tree", "Tree of prefixes: blocks at a depth that an earlier prompt had too", series, {
    xAxis: axis("log", "depth in a prompt (blocks, logarithmic)"),
    yAxis: { ...axis("value", "blocks seen before (%)"), min: 0, max: 100 },
  });
}

/** Share of samples up to a value. Values of 0 have no place on a logarithmic axis: the line comes in at the height of their share. */
function cdfChart(
  traces: readonly Inspected[],
  name: "input_tokens" | "output_tokens" | "gap_ms" | "reuse_s",
  x_name: string,
  y_name: string,
): TraceChart | null {
  const series = traces.flatMap(({ label, inspection }, i) => {
    const ascending = sortAscending(inspection.samples[name]);
    if (ascending.length === 0) return [];
    const points = Array.from({ length: 401 }, (_, k): [number, number] => [
      quantile(ascending, k / 400),
      k / 4,
    ]);
    const positive = points.filter(([x]) => x > 0);
    const [first_x = 1, first_share = 100] = positive[0] ?? [];
    const from_zeros: [number, number][] = first_share > 0 ? [[first_x / 10, first_share]] : [];
    return [line(label, i, [...from_zeros, ...positive])];
  });
  return draw(name, `${x_name[0]?.toUpperCase()}${x_name.slice(1)}`, series, {
    xAxis: axis("log", `${x_name}, logarithmic`),
    yAxis: { ...axis("value", y_name), min: 0, max: 100 },
  });
}

function arrivalChart(traces: readonly Inspected[]): TraceChart | null {
  const series = traces.flatMap(({ label, inspection: { arrivals } }, i) => {
    if (arrivals === null || arrivals.last_s === arrivals.first_s) return [];
    const part_s = (arrivals.last_s - arrivals.first_s) / arrivals.rate_per_s.length;
    const data = arrivals.rate_per_s.map((rate, k): [number, number] => [
      arrivals.first_s + (k + 0.5) * part_s,
      rate,
    ]);
    return [line(label, i, data)];
  });
  return draw("arrivals", "Requests a second over the trace", series, {
    xAxis: axis("value", "time (s)"),
    yAxis: { ...axis("value", "requests/s"), min: 0 },
  });
}

function line(name: string, index: number, data: readonly [number, number][]): SeriesOption {
  const color = COLOURS[index % COLOURS.length] ?? INK;
  return {
    type: "line",
    name,
    data: [...data],
    showSymbol: false,
    lineStyle: { color, width: 2, type: index % 2 === 0 ? "solid" : "dashed" },
    itemStyle: { color },
  };
}

function axis(type: "value" | "log", name: string) {
  return {
    type,
    name,
    nameLocation: "middle" as const,
    nameGap: type === "log" || name.startsWith("time") ? 30 : 48,
    nameTextStyle: { color: QUIET, fontSize: 13 },
    ...(type === "log" ? { min: "dataMin", max: "dataMax" } : {}),
    axisLabel: { color: QUIET, fontSize: 13, hideOverlap: true, formatter: shortNumber },
    splitLine: { lineStyle: { color: RULE } },
  };
}

/** 1500000 → 1.5M */
function shortNumber(value: number): string {
  for (const [unit, suffix] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (value >= unit) return `${Number((value / unit).toPrecision(3))}${suffix}`;
  }
  return `${Number(value.toPrecision(3))}`;
}

function draw(name: string, title: string, series: SeriesOption[], axes: EChartsOption): TraceChart | null {
  if (series.length === 0) return null;
  const drawing = init(null, null, { renderer: "svg", ssr: true, width: WIDTH_PX, height: HEIGHT_PX });
  drawing.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: "sans-serif" },
    title: { text: title, left: 64, top: 10, textStyle: { fontSize: 16, color: INK } },
    legend: { show: series.length > 1, right: 24, top: 12 },
    grid: { left: 72, right: 32, top: 56, bottom: 56, outerBoundsMode: "none" },
    series,
    ...axes,
  });
  const svg = drawing.renderToSVGString();
  // A drawing that is not disposed keeps the process alive.
  drawing.dispose();
  return { name, svg };
}
