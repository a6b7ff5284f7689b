import { expect, test } from "bun:test";
import { cell, left, missingCell, type ReportTable, right } from "../tables/report_table.ts";
import { makePaint } from "./ansi.ts";
import { terminalTable } from "./terminal_table.ts";

const PLAIN = makePaint(false);

function table(over: Partial<ReportTable>): ReportTable {
  return { title: "T", columns: [left("arm"), right("bytes")], rows: [], ...over };
}

test("columns are aligned under one rule, and a block's name stands once", () => {
  const rows = [
    [cell("off"), cell("1")],
    [cell("off"), cell("20")],
  ];
  expect(terminalTable(table({ rows, blocks: true }), 40, PLAIN).split("\n")).toEqual([
    "T",
    "arm  bytes",
    "───  ─────",
    "off      1",
    "        20",
  ]);
});

test("reasons are notes below, each once", () => {
  const rows = [
    [cell("a"), missingCell("not scraped")],
    [cell("b"), missingCell("not scraped")],
    [cell("c"), missingCell("nothing was put")],
  ];
  const lines = terminalTable(table({ rows }), 40, PLAIN).split("\n");
  expect(lines.slice(3)).toEqual([
    "a    n/a (a)",
    "b    n/a (a)",
    "c    n/a (b)",
    "(a) not scraped",
    "(b) nothing was put",
  ]);
});

test("a table wider than the terminal folds its header before it breaks its cells", () => {
  const columns = [left("arm"), right("output_tokens_per_s")];
  const lines = terminalTable(table({ columns, rows: [[cell("off"), cell("495.9")]] }), 18, PLAIN).split(
    "\n",
  );
  // Folded as output_ and tokens_per_s it is 12 wide: 3 + 2 + 12 = 17.
  expect(lines.slice(1)).toEqual([
    "arm       output_",
    "     tokens_per_s",
    "───  ────────────",
    "off         495.9",
  ]);
});

test("a control character of a run's name does not reach the terminal", () => {
  const rows = [[cell("\u001b[31mred"), cell("1")]];
  expect(terminalTable(table({ rows }), 40, PLAIN)).not.toContain("\u001b");
});
