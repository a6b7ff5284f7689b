// What CSV formats have in common: wrong headers, rows that are not as wide as their header, fields by name.

import { csvRows } from "./csv_rows.ts";
import { RowFields } from "./row_fields.ts";
import type { TraceRow } from "./trace_format.ts";

export interface CsvShape {
  readonly columns: readonly string[];
  /** Reads the fields; what it returns counts when none had a problem. */
  readonly toRow: (fields: RowFields) => TraceRow;
}

/** Rows of the file. The format was chosen by its header, so a column that lacks shows in every row. */
export function* csvRequests(path: string, { columns, toRow }: CsvShape): Generator<TraceRow, void> {
  for (const { line_number, text, cells } of csvRows(path)) {
    const where = `${path}:${line_number}`;
    if (cells === null) {
      const problem = {
        path: where,
        rule: "must have a cell for every column of the header",
        got: text,
        next_step: "Correct or remove the line, or use --on-error skip.",
      };
      yield { kind: "wrong", problems: [problem] };
      continue;
    }
    const fields = new RowFields(where, cells);
    const lacking = columns.filter((column) => !fields.has(column));
    for (const column of lacking) {
      fields.problem(column, "must be a column of the header", undefined, "Use another --format.");
    }
    const row: TraceRow | null = lacking.length > 0 ? null : toRow(fields);
    yield row === null || fields.problems.length > 0 ? { kind: "wrong", problems: fields.problems } : row;
  }
}
