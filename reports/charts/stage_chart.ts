// Where TTFT goes: means of its stages, stacked per arm in the order of a request's life.

import { isAvailable, na } from "../../harness/measure/measured.ts";
import type { ArmSummary, Measured, RunSummary } from "../../harness/measure/run_summary.ts";
import { stageTable } from "../tables/stage_table.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatMeasured, formatNumber } from "../wording/format_value.ts";
import { rowAxis, rowGrid, rowsHeight_px, valueAxis } from "./axes.ts";
import type { Chart, ChartSize, DrawnChart } from "./chart.ts";
import { stageColour } from "./palette.ts";

/** Null: no arm reports a stage. */
export function stageChart(summary: RunSummary): Chart | null {
  const { arms } = summary;
  const stages = [...new Set(arms.flatMap((arm) => arm.stages.map(({ stage }) => stage)))].filter((stage) =>
    arms.some((arm) => isAvailable(stageOf(arm, stage))),
  );
  if (stages.length === 0) return null;
  const labels = labelArms(arms.map((arm) => arm.name));
  const described = arms.map(
    (arm) =>
      `${labels.of(arm.name)}: ${stages.map((stage) => `${stage} ${show(stageOf(arm, stage))}`).join(", ")}`,
  );
  return {
    id: "stages",
    title: "Where TTFT goes",
    reading: "Means. “other” is what the engines do not stamp: network, router, client.",
    description: described.join("; "),
    legend: stages.map((label, i) => ({ label, colour: stageColour(i), mark: "area" })),
    draw: (size) => drawStages(arms, stages, labels.of, size),
    data: stageTable(summary),
  };
}

function drawStages(
  arms: readonly ArmSummary[],
  stages: readonly string[],
  label: (name: string) => string,
  size: ChartSize,
): DrawnChart {
  const rows = arms.map((arm) => label(arm.name));
  return {
    height_px: rowsHeight_px(rows, 36, size),
    option: {
      grid: rowGrid(size),
      xAxis: valueAxis("mean TTFT (ms)"),
      yAxis: rowAxis(rows, size),
      series: stages.map((stage, i) => ({
        type: "bar",
        stack: "ttft",
        barWidth: 18,
        itemStyle: { color: stageColour(i) },
        data: arms.map((arm) => {
          const mean_ms = stageOf(arm, stage);
          return isAvailable(mean_ms) ? mean_ms : null;
        }),
      })),
    },
    tips: stages.map((stage) =>
      arms.map((arm, row) => `${rows[row]}: ${stage} ${show(stageOf(arm, stage))}`),
    ),
  };
}

function stageOf({ stages }: ArmSummary, name: string): Measured {
  return stages.find(({ stage }) => stage === name)?.mean_ms ?? na("not reported");
}

function show(mean_ms: Measured): string {
  return formatMeasured(mean_ms, (ms) => `${formatNumber(ms)} ms`);
}
