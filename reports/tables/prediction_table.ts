// How far the simulator's prediction of this run was off. Empty unless the run was simulated too.

import type { RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatChange, formatCount } from "../wording/format_value.ts";
import { cell, left, NOT_APPLICABLE, type ReportTable, right } from "./report_table.ts";

export function predictionTable({ arms, prediction = [] }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "What the simulator predicted",
    columns: [left(labels.column), left("metric"), right("live"), right("sim"), right("error")],
    rows: prediction.map(({ arm, metric, live, sim, error_pct }) => [
      cell(labels.of(arm)),
      cell(metric),
      cell(formatCount(live)),
      cell(formatCount(sim)),
      error_pct === undefined ? NOT_APPLICABLE : cell(formatChange(error_pct, "percent")),
    ]),
    blocks: true,
  };
}
