import { expect, test } from "bun:test";
import { reportFixture } from "../report_fixture.ts";
import type { ReportInput } from "../report_input.ts";
import { headlineOf } from "./headline.ts";

test("a valid run leads with the change of mean TTFT and tallies the others", () => {
  const { valid, reasons, findings } = headlineOf(reportFixture());
  expect(valid).toBe(true);
  expect(reasons).toEqual([]);
  expect(findings).toHaveLength(1);
  expect(findings[0]?.verdict).toBe("better");
  expect(findings[0]?.title).toBe("preferred_segment: off → local");
  expect(findings[0]?.sentence).toStartWith("ttft_ms_mean 89.41 → 83.27: −6.9 %");
  expect(findings[0]?.tally).toBe("11 metrics: 6 better, 0 worse, 2 no difference, 3 inconclusive.");
});

test("metrics that got worse are named", () => {
  const input = reportFixture();
  const comparisons = input.summary.comparisons.map((row) =>
    row.metric === "e2el_ms_p90" ? { ...row, verdict: "worse" as const } : row,
  );
  const { findings } = headlineOf({ ...input, summary: { ...input.summary, comparisons } });
  expect(findings[0]?.tally).toContain("1 worse (e2el_ms_p90)");
});

test("an invalid run says why, and its findings are no verdicts", () => {
  const { valid, banner, reasons, findings } = headlineOf(reportFixture({ invalid: true }));
  expect(valid).toBe(false);
  expect(banner).toContain("INVALID");
  expect(reasons).toHaveLength(2);
  expect(findings.map(({ verdict }) => verdict)).toEqual([null]);
  expect(findings[0]?.title).toContain("of an invalid run");
});

test("a run that did not end is not valid, whatever its checks say", () => {
  const input = reportFixture();
  const interrupted: ReportInput = {
    ...input,
    manifest: { ...input.manifest, status: "interrupted", reason: "SIGINT" },
  };
  expect(headlineOf(interrupted)).toMatchObject({
    valid: false,
    reasons: ["the run is interrupted: SIGINT"],
  });
});

test("an invalid run without a failed check says that it was not checked", () => {
  const input = reportFixture();
  const unchecked = { ...input, summary: { ...input.summary, valid: false, validity: [] } };
  expect(headlineOf(unchecked).reasons).toEqual(["the run was not checked"]);
});

test("a run of one arm compares nothing and says so", () => {
  expect(headlineOf(reportFixture({ arms: 1 })).findings).toMatchObject([
    { title: "Nothing was compared", verdict: null },
  ]);
});
