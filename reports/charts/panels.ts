// Small multiples: one panel an arm, all on the same two axes, so that heights and times compare at a glance. Two panels a row
// where there is room, one on a phone. Faults lie behind the lines as shades, with their words.

import type { EChartsOption } from "echarts";
import { AXIS_TEXT, FIXED, FONT_PX, plainAxis } from "./axes.ts";
import { CHART_WIDTH_PX, type ChartSize, type DrawnChart } from "./chart.ts";
import type { FaultSpan } from "./fault_spans.ts";
import { INK } from "./palette.ts";

export interface PanelLine {
  readonly colour: string;
  readonly dash: "solid" | "dashed" | "dotted";
  /** [points]: seconds and value; null: a gap. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly PanelLine[];
  readonly faults: readonly FaultSpan[];
}

export interface PanelAxes {
  readonly x_name: string;
  readonly x_max_s: number;
  readonly y_name: string;
  readonly y_max: number;
  readonly y_interval: number;
}

/** Not by opacity, which its words would share. */
export const SHADE: string = "color-mix(in srgb, var(--bad) 16%, transparent)";

const COLUMNS: Readonly<Record<ChartSize, number>> = { wide: 2, narrow: 1 };
const PLOT_PX = 130;
/** Title and name of the axis. */
const ABOVE_PX = 50;
const BELOW_PX = 62;
const LEFT_PX = 46;
const RIGHT_PX = 16;
/** A fault of a moment is still seen. */
const THINNEST_SHADE_PX = 3;
/** Titles and names of axes begin this far from the edge of the drawing. */
const EDGE_PX = 8;
/** Of a shade's words: their size, and the room around them. */
const WORDS_PX = 12;
const WORDS_GAP_PX = 4;
const LINE_GAP_PX = 3;
/** What an average character is taken to need: of a shade's words, and of a title. */
const CHAR_PX = 6.4;
const TITLE_CHAR_PX = 7.4;

/** Of a panel's plot in the drawing, in pixels. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

export function drawPanels(panels: readonly Panel[], axes: PanelAxes, size: ChartSize): DrawnChart {
  const columns = Math.min(COLUMNS[size], panels.length);
  const column_px = CHART_WIDTH_PX[size] / columns;
  const row_px = ABOVE_PX + PLOT_PX + BELOW_PX;
  const placeOf = (i: number): Place => ({
    left: (i % columns) * column_px + LEFT_PX,
    top: Math.floor(i / columns) * row_px + ABOVE_PX,
    width: column_px - LEFT_PX - RIGHT_PX,
  });
  const drawn = panels.map((panel, i) => drawPanel(panel, axes, placeOf(i), i));
  const option: EChartsOption = {
    title: drawn.map(({ title }) => title),
    grid: panels.map((_, i) => ({ ...placeOf(i), height: PLOT_PX, ...FIXED })),
    xAxis: panels.map((_, i) => ({
      ...plainAxis(axes.x_name),
      gridIndex: i,
      nameLocation: "middle",
      nameGap: 28,
      min: 0,
      max: axes.x_max_s,
      axisLabel: { ...AXIS_TEXT, hideOverlap: true, showMaxLabel: false },
    })),
    yAxis: panels.map((_, i) => ({
      ...plainAxis(axes.y_name),
      gridIndex: i,
      nameLocation: "end",
      nameGap: 10,
      min: 0,
      max: axes.y_max,
      interval: axes.y_interval,
      nameTextStyle: { ...AXIS_TEXT, align: "left", padding: [0, 0, 0, EDGE_PX - LEFT_PX] },
    })),
    series: drawn.flatMap(({ series }) => series),
  };
  return {
    height_px: Math.ceil(panels.length / columns) * row_px,
    option,
    tips: drawn.flatMap(({ tips }) => tips),
  };
}

function drawPanel({ title, lines, faults }: Panel, axes: PanelAxes, place: Place, index: number) {
  const on_panel = { xAxisIndex: index, yAxisIndex: index };
  const shades = {
    type: "scatter" as const,
    ...on_panel,
    symbol: "rect",
    z: 1,
    data: faults.map((fault, i) => shade(fault, i, axes, place)),
  };
  const curves = lines.map(({ colour, dash, points }) => ({
    type: "line" as const,
    ...on_panel,
    data: points.map(([at_s, value]) => [at_s, value ?? "-"]),
    connectNulls: false,
    showSymbol: false,
    lineStyle: { color: colour, width: 2, type: dash },
  }));
  return {
    title: {
      text: shorten(title, place.width + LEFT_PX, TITLE_CHAR_PX),
      left: place.left - LEFT_PX + EDGE_PX,
      top: place.top - ABOVE_PX + 2,
      padding: 0,
      textStyle: { color: INK, fontSize: FONT_PX, fontWeight: 600 },
    },
    series: [shades, ...curves],
    tips: [faults.map(({ what }) => what), ...curves.map(() => [])],
  };
}

/** A rectangle over the whole height. Its words begin where it does, or as far left as they need to end inside. */
function shade({ from_s, to_s, what }: FaultSpan, row: number, { x_max_s, y_max }: PanelAxes, place: Place) {
  const px_per_s = place.width / x_max_s;
  const width_px = Math.max(THINNEST_SHADE_PX, (to_s - from_s) * px_per_s);
  const from_px = Math.min(from_s * px_per_s, place.width - width_px);
  const room_px = place.width - 2 * WORDS_GAP_PX;
  const words = shorten(what, room_px, CHAR_PX);
  const words_from_px = Math.max(0, Math.min(from_px, room_px - words.length * CHAR_PX));
  const words_at: [number, number] = [
    words_from_px - from_px + WORDS_GAP_PX,
    LINE_GAP_PX + row * (WORDS_PX + LINE_GAP_PX),
  ];
  return {
    value: [(from_px + width_px / 2) / px_per_s, y_max / 2],
    symbolSize: [width_px, PLOT_PX],
    itemStyle: { color: SHADE },
    label: {
      show: true,
      formatter: () => words,
      position: words_at,
      color: "var(--bad)",
      fontSize: WORDS_PX,
      textBorderColor: "var(--paper)",
      textBorderWidth: 3,
    },
  };
}

function shorten(text: string, width_px: number, char_px: number): string {
  const plain = text.replaceAll(/\s+/g, " ");
  const most = Math.floor(width_px / char_px);
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
}
