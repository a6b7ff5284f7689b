// `bun scripts/screenshot_report.ts <run-dir> <out.png>`: the head of a run's report, as README.md shows it.

import { resolve } from "node:path";
import { chromiumProblem, openChromium } from "./open_chromium.ts";

const [run_dir, out] = process.argv.slice(2);
const problem = chromiumProblem();
if (run_dir === undefined || out === undefined || problem !== null) {
  console.error(
    problem ??
      "screenshot_report: needs a run directory and a file to write. bun scripts/screenshot_report.ts runs/<run> out.png",
  );
  process.exit(2);
}

const browser = await openChromium();
const page = await browser.newPage({ viewport: { width: 1000, height: 1440 }, deviceScaleFactor: 1 });
await page.goto(`file://${resolve(run_dir)}/report.html`);
await page.screenshot({ path: out });
await browser.close();
