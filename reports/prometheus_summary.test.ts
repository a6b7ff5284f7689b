import { expect, test } from "bun:test";
import { parsePrometheusText, type Samples } from "../harness/measure/prometheus_text.ts";
import type { RunSummary } from "../harness/measure/run_summary.ts";
import { FIXTURE_CASES } from "./fixture/fixture_cases.ts";
import { prometheusSummary } from "./prometheus_summary.ts";
import { reportFixture } from "./report_fixture.ts";

function readBack(summary: RunSummary): Samples {
  const parsed = parsePrometheusText(prometheusSummary(summary));
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.detail}`);
  return parsed.value;
}

for (const [name, options] of Object.entries(FIXTURE_CASES)) {
  test(`${name}: every line can be read, and every family is named once, before its series`, () => {
    const { summary } = reportFixture(options);
    const text = prometheusSummary(summary);
    expect(readBack(summary).sum("tierbench_valid")).toBe(Number(summary.valid));
    const families = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, family]) => family);
    expect(new Set(families).size).toBe(families.length);
    const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const known = series.map((line) => /^[a-z_0-9]+/.exec(line)?.[0].replace(/_(sum|count)$/, ""));
    expect(known.filter((family) => !families.includes(family))).toEqual([]);
  });
}

test("quantiles, sum and count of a latency, hit ratios by tier and differences are those of the summary", () => {
  const { summary } = reportFixture();
  const samples = readBack(summary);
  const [arm] = summary.arms;
  const ttft = arm?.metrics.ttft_ms;
  if (arm === undefined || ttft === undefined || "na" in ttft) throw new Error("the fixture has TTFTs");
  const of_arm = { arm: arm.name };
  expect(samples.sum("tierbench_ttft_ms", { ...of_arm, quantile: "0.99" })).toBe(ttft.p99);
  expect(samples.sum("tierbench_ttft_ms_count", of_arm)).toBe(ttft.n);
  expect(samples.sum("tierbench_ttft_ms_sum", of_arm)).toBeCloseTo(ttft.mean * ttft.n);
  expect(samples.sum("tierbench_rejected", of_arm)).toBe(arm.rejected);
  // Tiers and misses are all of an arm's tokens.
  expect(samples.series("tierbench_hit_ratio")).toHaveLength(4 * summary.arms.length);
  expect(samples.sum("tierbench_hit_ratio", of_arm)).toBeCloseTo(1);
  const compared = summary.comparisons.find(({ metric }) => metric === "ttft_ms_mean");
  const of_metric = { metric: "ttft_ms_mean", candidate: compared?.candidate ?? "" };
  expect(samples.sum("tierbench_delta_percent", of_metric)).toBe(compared?.delta_pct);
  expect(samples.sum("tierbench_delta_percent_ci95", { ...of_metric, bound: "lower" })).toBe(
    compared?.ci95_pct[0],
  );
  expect(samples.sum("tierbench_delta_percent", { metric: "hit_ratio" })).toBeUndefined();
  expect(samples.sum("tierbench_delta_points", { metric: "hit_ratio" })).toBeDefined();
});

test("what could not be had is left out, not 0", () => {
  const samples = readBack(reportFixture({ missing: true }).summary);
  expect(samples.has("tierbench_ttft_ms")).toBe(false);
  expect(samples.has("tierbench_stale_reads")).toBe(false);
});

test("a name with quotes, backslashes and line ends is the same when read back", () => {
  const { summary } = reportFixture({ hostile: 'a"b\\c\nd' });
  expect(readBack(summary).series("tierbench_requests")[0]?.labels["arm"]).toBe(summary.arms[0]?.name);
});
