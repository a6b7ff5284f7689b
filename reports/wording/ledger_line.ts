// The ledger in one line, for reports that have no room for its rows.

import type { Ledger, RunSummary } from "../../harness/measure/run_summary.ts";
import { formatCount, formatMeasured } from "./format_value.ts";

export function ledgerLine({ arms }: RunSummary): string {
  const rows = arms.flatMap((arm) => arm.ledger.rows.map((row) => ({ arm: arm.name, row })));
  const open = rows.filter(({ row }) => !row.agrees);
  if (open.length > 0) {
    const named = open.map(({ arm, row }) => `${arm}, ${row.what}: ${describeRow(row)}`);
    return `Ledger: does not balance. ${named.join("; ")}`;
  }
  if (arms.length > 0 && arms.every((arm) => arm.ledger.balanced === null))
    return "Ledger: n/a (the client alone counts).";
  if (arms.some((arm) => arm.ledger.balanced !== true) || rows.length === 0)
    return "Ledger: was not balanced.";
  const excused = rows.filter(({ row }) => row.detail !== undefined).length;
  const note = excused === 0 ? "" : `, ${excused} with an excuse`;
  return `Ledger: balanced; client, engines and store agree on ${rows.length} rows of ${arms.length} arms${note}.`;
}

function describeRow({ client, engine, store }: Ledger["rows"][number]): string {
  const counts = Object.entries({ client, engine, store });
  return counts.map(([who, count]) => `${who} ${formatMeasured(count, formatCount)}`).join(", ");
}
