// Every check of the run, the failed ones first.

import type { RunSummary, ValidityCheck } from "../../harness/measure/run_summary.ts";
import { type Cell, cell, left, type ReportTable } from "./report_table.ts";

export function validityTable({ validity }: RunSummary): ReportTable {
  const row = ({ check, ok, detail }: ValidityCheck): Cell[] => [
    ok ? cell("ok", "good") : cell("FAILED", "bad"),
    cell(check),
    cell(detail),
  ];
  const failed_first = [...validity.filter(({ ok }) => !ok), ...validity.filter(({ ok }) => ok)];
  return {
    title: "Validity checks",
    columns: [left(""), left("check"), left("found")],
    rows: failed_first.map(row),
  };
}
