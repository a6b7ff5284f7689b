import { expect, test } from "bun:test";
import { reportFixture } from "./report_fixture.ts";
import { renderAll } from "./write_reports.ts";

test("all reports have a file, and no name leaves the directory or is used twice", () => {
  const names = renderAll(reportFixture({ hostile: "/../x" })).map(({ file_name }) => file_name);
  expect(names.slice(0, 5)).toEqual([
    "report.html",
    "report.md",
    "requests.csv",
    "metrics.csv",
    "summary.prom",
  ]);
  expect(names.filter((name) => /[/\\]/.test(name) || name.startsWith("."))).toEqual([]);
  expect(new Set(names).size).toBe(7);
});
