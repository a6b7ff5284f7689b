// How a curve of one arm looks, in the drawing and in the legend: arms differ by colour and by dash.

import type { LegendItem } from "./chart.ts";
import { armColour, armDash } from "./palette.ts";

export interface ArmCurve {
  readonly label: string;
  /** Of the arm in the summary's order. */
  readonly index: number;
}

export interface LineStyle {
  readonly color: string;
  readonly width: number;
  readonly type: "solid" | "dashed" | "dotted";
}

export function armLegend(curves: readonly ArmCurve[]): LegendItem[] {
  return curves.map(({ label, index }) => ({ label, colour: armColour(index), mark: armDash(index).mark }));
}

export function armLine({ index }: ArmCurve): LineStyle {
  return { color: armColour(index), width: 2, type: armDash(index).line };
}
