// Requests that met the objectives of the run; no rows where it was given none.

import type { RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount, formatNumber, formatRatio } from "../wording/format_value.ts";
import { cell, left, type ReportTable, right } from "./report_table.ts";

export function goodputTable({ arms }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "Goodput",
    columns: [
      left(labels.column),
      left("objectives"),
      right("good_requests"),
      right("of_all"),
      right("goodput_requests_per_s"),
    ],
    rows: arms.flatMap(({ name, goodput }) => {
      if (goodput === undefined) return [];
      const objectives = Object.entries(goodput.objectives).map(([metric, most]) => `${metric} ≤ ${most}`);
      return [
        [
          cell(labels.of(name)),
          cell(objectives.join(", ")),
          cell(formatCount(goodput.good_requests)),
          cell(formatRatio(goodput.ratio)),
          cell(formatNumber(goodput.requests_per_s)),
        ],
      ];
    }),
  };
}
