// The ledger of every arm balances. One in which no row has two witnesses balances nothing, and fails.

import { isAvailable } from "../measured.ts";
import type { ArmSummary, Ledger, ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

const NEXT_STEP =
  "Run again with nothing else on this stack's ports; if the same row disagrees again it is a defect of the counters: keep the run directory.";

export function checkLedger(arms: readonly ArmSummary[]): ValidityCheck {
  const check = "client, engines and store count the same";
  const problems = arms.flatMap(({ name, ledger }) => {
    const witnessed = ledger.rows.filter(
      (row) => [row.client, row.engine, row.store].filter(isAvailable).length >= 2,
    );
    if (witnessed.length === 0) return [`${name}: no row has two witnesses`];
    return ledger.rows.filter((row) => !row.agrees).map((row) => `${name}: ${describeRow(row)}`);
  });
  return problems.length > 0
    ? fail(check, problems, NEXT_STEP)
    : pass(check, arms.map((arm) => `${arm.name}: ${arm.ledger.rows.length} rows`).join(", "));
}

function describeRow(row: Ledger["rows"][number]): string {
  const count = (value: typeof row.client): string => (isAvailable(value) ? String(value) : "n/a");
  return `${row.what}: client ${count(row.client)}, engine ${count(row.engine)}, store ${count(row.store)}`;
}
