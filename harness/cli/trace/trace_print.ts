// Prints tables of trace commands, and what was passed over while reading.

import type { ReportTable } from "../../../reports/tables/report_table.ts";
import { makePaint } from "../../../reports/terminal/ansi.ts";
import { terminalTable } from "../../../reports/terminal/terminal_table.ts";
import type { ReadCounts } from "../../../workloads/import/trace_file.ts";
import { formatConfigProblem } from "../../config/config_problem.ts";

const PLAIN_COLUMNS = 100;

export function printTables(tables: readonly ReportTable[]): void {
  const paint = makePaint(process.stdout.isTTY);
  const width = process.stdout.columns ?? PLAIN_COLUMNS;
  for (const table of tables) console.log(`${terminalTable(table, width, paint)}\n`);
}

/** On stderr, so that --json stays JSON. */
export function warnOfOmissions({ skipped, skipped_problems, left_out }: ReadCounts): void {
  if (skipped > 0) console.error(`${skipped} wrong records were passed over (--on-error skip); the first:`);
  for (const problem of skipped_problems.slice(0, 3)) console.error(`  ${formatConfigProblem(problem)}`);
  for (const [reason, records] of left_out) console.error(`${records} records were left out: ${reason}.`);
}

export function countsJson({ skipped, left_out }: ReadCounts): object {
  return { skipped, left_out: Object.fromEntries(left_out) };
}
