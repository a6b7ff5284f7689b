import { expect, test } from "bun:test";
import type { ArmSummary } from "../../harness/measure/run_summary.ts";
import { reportFixture } from "../report_fixture.ts";
import { armsTable } from "./arms_table.ts";

/** Column → text of the first arm's row. */
function shown(over: Partial<ArmSummary>): Record<string, string | undefined> {
  const { summary } = reportFixture({ arms: 1 });
  const { columns, rows } = armsTable({ ...summary, arms: summary.arms.map((arm) => ({ ...arm, ...over })) });
  return Object.fromEntries(columns.map(({ label }, i) => [label, rows[0]?.[i]?.text]));
}

test("requests that were refused have a column only where there are some", () => {
  expect(shown({ rejected: 0 })).not.toHaveProperty("rejected");
  expect(shown({ rejected: 1200 })).toHaveProperty("rejected", "1,200");
});

test("errors are told by kind", () => {
  expect(shown({ errors: 0 })["errors"]).toBe("0");
  const errors_by_code = { timeout: 3, connection: 2 };
  expect(shown({ errors: 5, errors_by_code })["errors"]).toBe("5: 3 timeout, 2 connection");
});
