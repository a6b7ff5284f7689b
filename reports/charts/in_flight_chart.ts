// Requests in flight over the time of a run, a curve per arm, with the faults that events.jsonl has.

import { NS_PER_S } from "../../harness/domain/units.ts";
import type { ReportInput } from "../report_input.ts";
import { cell, left, type ReportTable } from "../tables/report_table.ts";
import { type ArmLabels, labelArms } from "../wording/arm_labels.ts";
import { formatNumber } from "../wording/format_value.ts";
import { type ArmCurve, armLegend, armLine } from "./arm_curve.ts";
import { lineGrid, linePlot_px, uprightAxis, valueAxis } from "./axes.ts";
import type { Chart, DrawnChart } from "./chart.ts";
import { countInFlight, type InFlight, longestRun_s, startOf_ns } from "./in_flight.ts";
import { QUIET } from "./palette.ts";
import { TENTH_MIDDLES, tenthColumns } from "./tenths.ts";

interface Curve extends InFlight, ArmCurve {}

interface FaultMark {
  readonly at_s: number;
  readonly what: string;
}

/** Null: no request has finished. */
export function inFlightChart(input: ReportInput): Chart | null {
  const duration_s = longestRun_s(input.records);
  if (duration_s <= 0) return null;
  const labels = labelArms(input.summary.arms.map((arm) => arm.name));
  const by_arm = Map.groupBy(input.records, (record) => record.arm);
  const curves = input.summary.arms.map(({ name }, index) => ({
    label: labels.of(name),
    index,
    ...countInFlight(by_arm.get(name) ?? [], duration_s),
  }));
  const faults = faultMarks(input, labels);
  const peaks = curves.map(({ label, mean }) => `${label} at most ${formatNumber(Math.max(...mean))}`);
  return {
    id: "in-flight",
    title: "Requests in flight",
    reading: `Finished requests, from their sending to their last token; mean over the pairs, each counted from its first send.${faults.length > 0 ? " Upright lines are faults." : ""}`,
    description:
      `${peaks.join(", ")}. ${faults.map(({ at_s, what }) => `${formatNumber(at_s)} s: ${what}`).join("; ")}`.trim(),
    legend: armLegend(curves),
    draw: () => drawCurves(curves, faults),
    data: tenthsTable(curves, labels, duration_s),
  };
}

const HEIGHT_PX = 300;

function drawCurves(curves: readonly Curve[], faults: readonly FaultMark[]): DrawnChart {
  const lines = curves.map((curve) => ({
    type: "line" as const,
    data: curve.mean.map((count, bin) => [(bin + 0.5) * curve.bin_s, count]),
    showSymbol: false,
    lineStyle: armLine(curve),
  }));
  const top = Math.ceil(1.1 * Math.max(...curves.flatMap(({ mean }) => mean)));
  return {
    height_px: HEIGHT_PX,
    option: {
      grid: lineGrid(),
      xAxis: valueAxis("time since the first send (s)", { min: 0 }),
      yAxis: uprightAxis("requests in flight (count)", { min: 0, max: top }),
      series: [
        ...lines,
        {
          type: "scatter",
          symbol: "rect",
          symbolSize: [3, linePlot_px(HEIGHT_PX)],
          itemStyle: { color: QUIET, opacity: 0.5 },
          data: faults.map(({ at_s }) => [at_s, top / 2]),
        },
      ],
    },
    tips: [...lines.map(() => []), faults.map(({ what }) => what)],
  };
}

/** Faults on the clock of the run that they hit. */
function faultMarks({ records, events }: ReportInput, labels: ArmLabels): FaultMark[] {
  return events.flatMap(({ kind, arm, pair_index, at_ns, detail }) => {
    if (kind !== "fault" || arm === null) return [];
    const run = records.filter((record) => record.arm === arm && record.pair_index === pair_index);
    if (run.length === 0) return [];
    return [{ at_s: (at_ns - startOf_ns(run)) / NS_PER_S, what: `${labels.of(arm)}: ${detail}` }];
  });
}

function tenthsTable(curves: readonly Curve[], labels: ArmLabels, duration_s: number): ReportTable {
  return {
    title: "Requests in flight",
    columns: [left(labels.column), ...tenthColumns(duration_s)],
    rows: curves.map(({ label, mean }) => [
      cell(label),
      ...TENTH_MIDDLES.map((part) => cell(formatNumber(mean[Math.floor(part * mean.length)] ?? 0))),
    ]),
  };
}
