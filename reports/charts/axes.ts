// Axes of all charts: a quiet line, names with units, and grids that leave room for both.

import type { GridComponentOption, XAXisComponentOption, YAXisComponentOption } from "echarts";
import type { ChartSize } from "./chart.ts";
import { INK, QUIET, RULE } from "./palette.ts";

export const FONT_PX = 13;
const NAME_GAP_PX = 30;
/** Room for labels of arms, left of the bars; longer ones are broken. */
const LABEL_PX: Readonly<Record<ChartSize, number>> = { wide: 200, narrow: 104 };

export interface AxisRange {
  readonly min?: number;
  readonly max?: number;
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

const AXIS_TEXT = { color: QUIET, fontSize: FONT_PX };

function plainAxis(name: string) {
  return {
    type: "value" as const,
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
    data: [...rows],
    inverse: true,
    axisLabel: {
      color: INK,
      fontSize: FONT_PX,
      width: LABEL_PX[size],
      overflow: "break",
      interval: 0,
    },
    axisLine: { lineStyle: { color: RULE } },
    axisTick: { show: false },
  };
}

export function rowGrid(size: ChartSize): GridComponentOption {
  return { left: LABEL_PX[size] + 14, right: 24, top: 8, bottom: 52, ...FIXED };
}

export function lineGrid(): GridComponentOption {
  return { left: 52, right: 24, top: 34, bottom: 52, ...FIXED };
}

/** Rows take the same room in every chart, however many there are. */
export function rowsHeight_px(rows: number, row_px: number): number {
  return 60 + rows * row_px;
}

/** Margins are as said: nothing is moved to make room. */
const FIXED = { outerBoundsMode: "none" as const };
