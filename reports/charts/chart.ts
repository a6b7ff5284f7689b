// A chart before it is drawn. Charts are drawn by ECharts on the server side as SVG, once wide and once narrow, because text
// that shrinks with its picture cannot be read on a phone. Colours are CSS variables of the page, so that one drawing serves
// dark, light and print.

import type { EChartsOption } from "echarts";
import type { ReportTable } from "../tables/report_table.ts";

export interface Chart {
  /** Unique on the page; letters, digits and `-`. */
  readonly id: string;
  readonly title: string;
  /** How to read it, in a sentence. */
  readonly reading: string;
  /** What it shows, for those who do not see it. */
  readonly description: string;
  readonly legend: readonly LegendItem[];
  readonly draw: (size: ChartSize) => DrawnChart;
  /** The numbers behind it; null: they stand beside it. */
  readonly data: ReportTable | null;
}

export interface LegendItem {
  readonly label: string;
  /** A CSS colour. */
  readonly colour: string;
  readonly mark: "area" | "line" | "dashed" | "dotted" | "tick";
}

export type ChartSize = "wide" | "narrow";

export interface DrawnChart {
  readonly height_px: number;
  readonly option: EChartsOption;
  /** [series][data item]: shown when the pointer rests on it; absent for none. */
  readonly tips: readonly (readonly string[])[];
}

export const CHART_WIDTH_PX: Readonly<Record<ChartSize, number>> = { wide: 900, narrow: 380 };
