// A table as text of at most `width` columns: no box, one rule under the header. Reasons for missing values are notes below, as
// they would burst the columns: `n/a (a)`, then `(a) HBM hits move no bytes`.

import Table from "cli-table3";
import type { Cell, ReportTable } from "../tables/report_table.ts";
import { wrapText } from "../wording/wrap_text.ts";
import { type Paint, withoutControls } from "./ansi.ts";

const GAP = "  ";
/** Characters: narrower columns break every word. */
const NARROWEST = 8;

export function terminalTable(table: ReportTable, width: number, paint: Paint): string {
  const title = wrapText(withoutControls(table.title), width);
  const columns = table.columns.map(({ label, align }) => ({ label: withoutControls(label), align }));
  const notes = new Map<string, string>();
  const rows = withoutRepeats(table).map((row) =>
    row.map((cell) => ({ ...cell, text: shownText(cell, notes) })),
  );
  const widths = fitWidths(
    columns.map(({ label }, i) => ({
      head: label,
      body: Math.max(1, ...rows.map((row) => row[i]?.text.length ?? 0)),
    })),
    width,
  );
  const lay = (text: string, i: number): string[] => wrapText(text, widths[i] ?? NARROWEST);
  const grid = new Table({
    chars: plainChars(),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: columns.map(({ align }) => align),
    head: columns.map(({ label }, i) => paintLines(lay(label, i), (line) => paint(line, "strong"))),
  });
  grid.push(widths.map((chars) => paint("─".repeat(chars), "quiet")));
  for (const row of rows) {
    grid.push(
      row.map(({ text, tone }, i) =>
        paintLines(lay(text, i), (line) => (tone === undefined ? line : paint(line, tone))),
      ),
    );
  }
  const lines = grid.toString().split("\n");
  const under = [...notes].flatMap(([why, mark]) => wrapText(`(${mark}) ${withoutControls(why)}`, width));
  return [
    ...title.map((line) => paint(line, "strong")),
    ...lines.map((line) => line.trimEnd()),
    ...under.map((line) => paint(line, "quiet")),
  ].join("\n");
}

function withoutRepeats({ rows, blocks }: ReportTable): readonly (readonly Cell[])[] {
  return rows.map((row, i) => {
    const [first, ...rest] = row;
    const repeats = first !== undefined && blocks === true && rows[i - 1]?.[0]?.text === first.text;
    return repeats ? [{ ...first, text: "" }, ...rest] : row;
  });
}

function shownText({ text, why }: Cell, notes: Map<string, string>): string {
  const plain = withoutControls(text);
  if (why === undefined) return plain;
  const mark = notes.get(why) ?? letters(notes.size);
  notes.set(why, mark);
  return `${plain} (${mark})`;
}

/** a … z, aa, ab, … */
function letters(index: number): string {
  const last = String.fromCharCode("a".charCodeAt(0) + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

/** Of one column: its label, and the widest of its cells in characters. */
interface ColumnWidths {
  readonly head: string;
  readonly body: number;
}

/** When the row is too wide, headers are folded where that gains most; then the widest columns give way until it fits. */
function fitWidths(columns: readonly ColumnWidths[], width: number): number[] {
  const room = width - GAP.length * (columns.length - 1);
  const widths = columns.map(({ head, body }) => Math.max(head.length, body));
  const gains = columns.map(({ head, body }, i) => (widths[i] ?? 0) - Math.max(foldedWidth(head), body));
  while (sum(widths) > room && Math.max(...gains) > 0) {
    const most = gains.indexOf(Math.max(...gains));
    widths[most] = (widths[most] ?? 0) - (gains[most] ?? 0);
    gains[most] = 0;
  }
  while (sum(widths) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    const now = widths[widest] ?? 0;
    if (now <= NARROWEST) break;
    widths[widest] = now - 1;
  }
  return widths;
}

/** Of `output_tokens_per_s` in two lines, broken behind the `_` that makes them most alike. */
function foldedWidth(label: string): number {
  const breaks = [...label.matchAll(/_/g)].map(({ index }) => index + 1);
  return Math.min(label.length, ...breaks.map((at) => Math.max(at, label.length - at)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function paintLines(lines: readonly string[], paint: (line: string) => string): string {
  return lines.map(paint).join("\n");
}

function plainChars(): Record<string, string> {
  const none = [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
  ];
  const body = ["left", "right", "left-mid", "right-mid", "mid", "mid-mid"];
  return { ...Object.fromEntries([...none, ...body].map((name) => [name, ""])), middle: GAP };
}
