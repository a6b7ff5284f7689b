import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportFixture } from "../../reports/report_fixture.ts";
import type { ReportInput } from "../../reports/report_input.ts";
import { RunDirectory } from "../measure/run_directory.ts";

const root = mkdtempSync(join(tmpdir(), "tierbench_report_"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function report(...argv: readonly string[]): Ended {
  const child = Bun.spawnSync([process.execPath, join(import.meta.dir, "report.ts"), ...argv]);
  return { code: child.exitCode, out: child.stdout.toString(), err: child.stderr.toString() };
}

/** A run directory as a run leaves it. */
function store({ manifest, summary, records, events }: ReportInput, name: string, summarised = true): string {
  const created = RunDirectory.create(join(root, name), "fixture", manifest.started_at);
  if (!created.ok) throw new Error(created.error.message);
  using run = created.value;
  for (const record of records) run.appendRequest(record);
  for (const event of events) run.appendEvent(event);
  run.writeManifest(manifest);
  if (summarised) run.writeSummary(summary);
  return run.path;
}

test("writes the reports into the run directory and prints the tables", () => {
  const path = store(reportFixture(), "valid");
  const { code, out } = report(path);
  expect(code).toBe(0);
  expect(out).toContain("VALID: all 6 validity checks passed");
  expect(out).toContain(`Run directory: ${path}`);
  expect(readFileSync(join(path, "report.html"), "utf8")).toStartWith("<!doctype html>");
  expect(existsSync(join(path, "report.md"))).toBe(true);
});

test("--json prints the summary alone, --out leaves the run directory as it was", () => {
  const input = reportFixture({ arms: 1 });
  const path = store(input, "json");
  const { code, out } = report(path, "--json", "--out", join(root, "elsewhere"));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(input.summary)));
  expect(existsSync(join(path, "report.html"))).toBe(false);
  expect(existsSync(join(root, "elsewhere", "report.html"))).toBe(true);
});

test("an invalid run is reported, and exits 3", () => {
  const { code, out } = report(store(reportFixture({ invalid: true }), "invalid"));
  expect(code).toBe(3);
  expect(out).toContain("INVALID: do not use these numbers");
});

test("a run that was not summarised exits 3 and says how it ended", () => {
  const { code, err } = report(store(reportFixture({ missing: true }), "unsummarised", false));
  expect(code).toBe(3);
  expect(err).toContain("interrupted (SIGINT)");
});

test("what is no run directory exits 2 and says what to name", () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  for (const path of [file, join(root, "nothing"), root]) {
    const { code, err } = report(path);
    expect(code).toBe(2);
    expect(err).toMatch(/^report: .*must .*runs\/<utc>_<scenario>/);
  }
});

test("unknown options exit 2, --help exits 0", () => {
  expect(report("x", "--jsn")).toMatchObject({ code: 2 });
  const help = report("--help");
  expect(help).toMatchObject({ code: 0, err: "" });
  expect(help.out).toContain("Exit codes");
});
