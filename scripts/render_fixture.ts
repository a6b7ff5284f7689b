// Writes the reports of runs made by code, for looking at: `bun scripts/render_fixture.ts <dir>` makes <dir>/<case>/report.html
// and its siblings. These are no measurements.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FIXTURE_CASES } from "../reports/fixture/fixture_cases.ts";
import { reportFixture } from "../reports/report_fixture.ts";
import { renderTerminal } from "../reports/terminal_report.ts";
import { renderAll } from "../reports/write_reports.ts";

const directory = process.argv[2];
if (directory === undefined) {
  console.error("render_fixture: needs a directory to write to. Use for example /tmp/fixture_reports.");
  process.exit(2);
}
for (const [name, options] of Object.entries(FIXTURE_CASES)) {
  const input = reportFixture(options);
  const path = join(directory, name);
  mkdirSync(path, { recursive: true });
  for (const { file_name, text } of renderAll(input)) writeFileSync(join(path, file_name), text);
  writeFileSync(join(path, "terminal.txt"), renderTerminal(input, { colours: false, run_path: path }));
  console.log(path);
}
