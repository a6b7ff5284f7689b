// Records of a CSV file by column name. csv-parse reads a few hundred lines at a time, so memory does not grow with the file.

import { parse } from "csv-parse/sync";
import { textLines } from "../text_lines.ts";

export interface CsvRow {
  readonly line_number: number;
  /** Column → cell; null: the row has not as many cells as the header, or is no CSV. */
  readonly cells: Readonly<Record<string, string>> | null;
  readonly text: string;
}

const BATCH_LINES = 256;

/** Rows behind the header, which is the first line. Blank lines are passed over. */
export function* csvRows(path: string): Generator<CsvRow, void> {
  let columns: readonly string[] | null = null;
  let batch: Line[] = [];
  for (const line of logicalLines(path)) {
    if (columns === null) {
      columns = headerColumns(line.text);
      continue;
    }
    batch.push(line);
    if (batch.length < BATCH_LINES) continue;
    yield* parseBatch(batch, columns);
    batch = [];
  }
  if (columns !== null) yield* parseBatch(batch, columns);
}

/** Names of a header line; a byte-order mark and spaces around names do not belong to them. */
export function headerColumns(text: string): string[] {
  return (parseLines(text)?.[0] ?? []).map((name) => name.trim());
}

interface Line {
  readonly line_number: number;
  readonly text: string;
}

/** Lines of the file, put together while a quoted cell is open. */
function* logicalLines(path: string): Generator<Line, void> {
  let open: Line | null = null;
  for (const { line_number, text } of textLines(path)) {
    const line: Line = open === null ? { line_number, text } : { ...open, text: `${open.text}\n${text}` };
    const quotes = line.text.split('"').length - 1;
    open = quotes % 2 === 1 ? line : null;
    if (open === null && line.text.trim() !== "") yield line;
  }
  if (open !== null) yield open;
}

function* parseBatch(batch: readonly Line[], columns: readonly string[]): Generator<CsvRow, void> {
  const together = parseLines(batch.map(({ text }) => text).join("\n"));
  // A line that is no CSV spoils its batch, so that each is then read by itself.
  const apart = together === null || together.length !== batch.length;
  for (const [i, { line_number, text }] of batch.entries()) {
    const cells = apart ? parseLines(text)?.[0] : together[i];
    const is_whole = cells !== undefined && cells.length === columns.length;
    yield { line_number, text, cells: is_whole ? named(columns, cells) : null };
  }
}

function named(columns: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? ""]));
}

/** [line][cell]; null: no CSV. */
function parseLines(text: string): string[][] | null {
  try {
    return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch {
    return null;
  }
}
