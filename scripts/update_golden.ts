// Writes the golden Markdown reports again, after a change that is meant: `bun scripts/update_golden.ts`, then read the diff.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FIXTURE_CASES } from "../reports/fixture/fixture_cases.ts";
import { renderMarkdown } from "../reports/markdown_report.ts";
import { reportFixture } from "../reports/report_fixture.ts";

const directory = join(import.meta.dir, "..", "reports", "golden");
mkdirSync(directory, { recursive: true });
for (const [name, options] of Object.entries(FIXTURE_CASES)) {
  const path = join(directory, `${name}.md`);
  writeFileSync(path, renderMarkdown(reportFixture(options)));
  console.log(path);
}
