// Golden files. After a change that is meant: `bun scripts/update_golden.ts`, then read the diff.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FIXTURE_CASES } from "./fixture/fixture_cases.ts";
import { escapeMarkdown } from "./markdown/escape_markdown.ts";
import { renderMarkdown } from "./markdown_report.ts";
import { reportFixture } from "./report_fixture.ts";

for (const [name, options] of Object.entries(FIXTURE_CASES)) {
  test(`${name} is as in golden/${name}.md`, () => {
    const golden = readFileSync(join(import.meta.dir, "golden", `${name}.md`), "utf8");
    expect(renderMarkdown(reportFixture(options))).toBe(golden);
  });
}

test("every row of a table has as many cells as its header, even with hostile names", () => {
  const lines = renderMarkdown(reportFixture(FIXTURE_CASES["hostile"])).split("\n");
  const cells = (line: string): number => line.replaceAll("\\|", "").split("|").length;
  const wrong = lines.filter((line, i) => {
    const above = lines[i - 1] ?? "";
    return line.startsWith("|") && above.startsWith("|") && cells(line) !== cells(above);
  });
  expect(lines.filter((line) => line.startsWith("|")).length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

test("text of a run is no markup", () => {
  expect(escapeMarkdown("<b>*a*|`c`\n# d_e _f_ &lt;")).toBe(
    "&lt;b\\>\\*a\\*\\|\\`c\\` \\# d_e \\_f\\_ &amp;lt;",
  );
});
