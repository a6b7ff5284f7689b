// Axes of all charts: a quiet line, names with units, and grids that leave room for both.

import type { GridComponentOption, XAXisComponentOption, YAXisComponentOption } from "echarts";
import { wrapText } from "../wording/wrap_text.ts";
import type { ChartSize } from "./chart.ts";
import { INK, QUIET, RULE } from "./palette.ts";

export const FONT_PX = 13;
const NAME_GAP_PX = 30;
const LINE_PX = 15;
/** Room for a line chart's name of the axis above, for a row chart's first row, and for labels and name of any axis below. */
const LINE_TOP_PX = 34;
const ROW_TOP_PX = 8;
const BOTTOM_PX = 52;
/** Room for labels of rows, left of the bars; longer ones are broken, a character being taken for 7.4 px. */
const LABEL_PX: Readonly<Record<ChartSize, number>> = { wide: 200, narrow: 104 };
const LABEL_CHARS: Readonly<Record<ChartSize, number>> = { wide: 27, narrow: 14 };
const LABEL_GAP_PX = 14;

/** What upright and lying axes share. */
export interface PlainAxis {
  readonly type: "value";
  readonly name: string;
  readonly nameTextStyle: { readonly color: string; readonly fontSize: number };
  readonly axisLabel: { readonly color: string; readonly fontSize: number; readonly hideOverlap: boolean };
  readonly axisLine: { readonly show: boolean };
  readonly axisTick: { readonly show: boolean };
  readonly splitLine: { readonly lineStyle: { readonly color: string } };
  readonly splitNumber: number;
}

export interface AxisRange {
  readonly min?: number;
  readonly max?: number;
  readonly interval?: number;
}

/** `name` with its unit in brackets: `TTFT (ms)`. */
export function valueAxis(name: string, range: AxisRange = {}): XAXisComponentOption {
  return { ...plainAxis(name), nameLocation: "middle", nameGap: NAME_GAP_PX, ...range };
}

/** Starts where the data does; 0 has no place on it. */
export function logAxis(name: string): XAXisComponentOption {
  const { splitNumber: _, ...plain } = plainAxis(name);
  return { ...plain, type: "log", min: "dataMin", nameLocation: "middle", nameGap: NAME_GAP_PX };
}

/** The vertical axis of a line chart: its name lies above it, so that it is read without turning the head. */
export function uprightAxis(name: string, range: AxisRange = {}): YAXisComponentOption {
  const nameTextStyle = { ...AXIS_TEXT, align: "left" as const, padding: [0, 0, 0, -40] };
  return { ...plainAxis(name), nameLocation: "end", nameGap: 14, nameTextStyle, ...range };
}

export const AXIS_TEXT: { readonly color: string; readonly fontSize: number } = {
  color: QUIET,
  fontSize: FONT_PX,
};

export function plainAxis(name: string): PlainAxis {
  return {
    type: "value",
    name,
    nameTextStyle: AXIS_TEXT,
    axisLabel: { color: QUIET, fontSize: FONT_PX, hideOverlap: true },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: RULE } },
    splitNumber: 4,
  };
}

/** Rows from top to bottom, named at the left. */
export function rowAxis(rows: readonly string[], size: ChartSize): YAXisComponentOption {
  return {
    type: "category",
    data: rows.map((row) => wrapText(row, LABEL_CHARS[size]).join("\n")),
    inverse: true,
    axisLabel: { color: INK, fontSize: FONT_PX, lineHeight: LINE_PX, interval: 0 },
    axisLine: { lineStyle: { color: RULE } },
    axisTick: { show: false },
  };
}

/** `right`: room for what stands beside the rows. */
export function rowGrid(size: ChartSize, right = 24): GridComponentOption {
  return { left: LABEL_PX[size] + LABEL_GAP_PX, right, top: ROW_TOP_PX, bottom: BOTTOM_PX, ...FIXED };
}

/** Least room between the names of two rows. */
const ROW_GAP_PX = 8;

/** Rows take the same room in every chart, however many there are, and more when their names need more lines. */
export function rowsHeight_px(rows: readonly string[], row_px: number, size: ChartSize): number {
  const lines = Math.max(1, ...rows.map((row) => wrapText(row, LABEL_CHARS[size]).length));
  return ROW_TOP_PX + BOTTOM_PX + rows.length * Math.max(row_px, lines * LINE_PX + ROW_GAP_PX);
}

/** What a line chart's height leaves for its lines. */
export function linePlot_px(height_px: number): number {
  return height_px - LINE_TOP_PX - BOTTOM_PX;
}

export function lineGrid(): GridComponentOption {
  return { left: 52, right: 24, top: LINE_TOP_PX, bottom: BOTTOM_PX, ...FIXED };
}

/** Margins are as said: nothing is moved to make room. */
export const FIXED: { readonly outerBoundsMode: "none" } = { outerBoundsMode: "none" };
