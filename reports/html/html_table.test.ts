import { expect, test } from "bun:test";
import { cell, left, missingCell, type ReportTable, right } from "../tables/report_table.ts";
import { htmlTable } from "./html_table.ts";

const TABLE: ReportTable = {
  title: "Hits",
  blocks: true,
  columns: [left("arm"), right("hit_ratio")],
  rows: [
    [cell("off"), cell("10 %", "bad")],
    [cell("off"), missingCell("<none>")],
    [cell("on"), { ...cell("50 %"), share: 0.5 }],
  ],
};

test("a block's name is shown once, and stays in its later rows for screen readers", () => {
  const { text } = htmlTable(TABLE);
  expect(text.match(/>off</g)).toHaveLength(2);
  expect(text).toContain('<td class="repeat unbroken">off</td>');
  expect(text).toContain('<tr class="block"><td class="unbroken">on</td>');
  expect(htmlTable({ ...TABLE, rows: TABLE.rows.slice(0, 1) }).text).not.toContain("repeat");
});

test("a missing value has its reason as text, and a share has its bar", () => {
  const { text } = htmlTable(TABLE);
  expect(text).toContain('<td class="num quiet na">n/a <small>(&lt;none&gt;)</small></td>');
  expect(text).toContain('style="--share:50.0%"');
});

test("a long name may be broken behind its punctuation", () => {
  const name = "preferred_segment=local,extra";
  const { text } = htmlTable({ title: "", columns: [left("arm")], rows: [[cell(name)]] });
  expect(text).toContain("<td>preferred_<wbr>segment=<wbr>local,<wbr>extra</td>");
});
