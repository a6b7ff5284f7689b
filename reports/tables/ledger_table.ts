// The same tokens, keys and bytes as each witness counted them.

import type { RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount } from "../wording/format_value.ts";
import { cell, left, measuredCell, type ReportTable, right } from "./report_table.ts";

export function ledgerTable({ arms }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "Ledger",
    blocks: true,
    columns: [
      left(labels.column),
      left("what"),
      right("client"),
      right("engine"),
      right("store"),
      left("agrees"),
    ],
    rows: arms.flatMap((arm) =>
      arm.ledger.rows.map((row) => [
        cell(labels.of(arm.name)),
        cell(row.what),
        measuredCell(row.client, formatCount),
        measuredCell(row.engine, formatCount),
        measuredCell(row.store, formatCount),
        cell(describe(row.agrees, row.detail), row.agrees ? "quiet" : "bad"),
      ]),
    ),
  };
}

function describe(agrees: boolean, detail: string | undefined): string {
  const word = agrees ? "yes" : "NO";
  return detail === undefined ? word : `${word}: ${detail}`;
}
