// Where TTFT goes: the mean of each stage, per arm.

import type { RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatNumber } from "../wording/format_value.ts";
import { cell, left, measuredCell, missingCell, type ReportTable, right } from "./report_table.ts";

export function stageTable({ arms }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  const stages = [...new Set(arms.flatMap((arm) => arm.stages.map(({ stage }) => stage)))];
  return {
    title: "TTFT by stage (mean, ms)",
    columns: [left(labels.column), ...stages.map(right)],
    rows: arms.map((arm) => [
      cell(labels.of(arm.name)),
      ...stages.map((name) => {
        const found = arm.stages.find(({ stage }) => stage === name);
        return found === undefined ? missingCell("not reported") : measuredCell(found.mean_ms, formatNumber);
      }),
    ]),
  };
}
