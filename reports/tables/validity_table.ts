// Every check of the run: the failed ones first, those that do not apply last.

import type { RunSummary, ValidityCheck } from "../../harness/measure/run_summary.ts";
import { type Cell, cell, left, type ReportTable } from "./report_table.ts";

export function validityTable({ validity }: RunSummary): ReportTable {
  const row = ({ check, ok, detail }: ValidityCheck): Cell[] => [outcomeCell(ok), cell(check), cell(detail)];
  const ordered = [false, true, null].flatMap((outcome) => validity.filter(({ ok }) => ok === outcome));
  return {
    title: "Validity checks",
    columns: [left(""), left("check"), left("found")],
    rows: ordered.map(row),
  };
}

function outcomeCell(ok: ValidityCheck["ok"]): Cell {
  if (ok === null) return cell("n/a");
  return ok ? cell("ok", "good") : cell("FAILED", "bad");
}
