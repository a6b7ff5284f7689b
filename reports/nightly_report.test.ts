import { expect, test } from "bun:test";
import type { NightFinding } from "../harness/study/nightly/judge_night.ts";
import type { NightReport } from "../harness/study/nightly/night_report.ts";
import { renderNightlyHtml } from "./nightly_html.ts";
import { renderNightlyMarkdown } from "./nightly_markdown.ts";

function finding(over: Partial<NightFinding> = {}): NightFinding {
  return {
    ...{ scenario: "multi_turn", metric: { metric: "ttft_ms_mean", unit: "percent", goodness: "lower" } },
    ...{ baseline_night_id: 1, tonight: 110, pairs: 4, gate: null, change: null, p_holm: 0.001 },
    paired: { estimate: 10, lo: 8, hi: 12, sd: 1, p_value: 0.001 },
    ...{ verdict: "worse", status: "regressed", suspicions: ["paired"], acknowledged: null },
    series: [
      { night_id: 1, mean: 100 },
      { night_id: 2, mean: 110 },
    ],
    ...over,
  };
}

function report(over: Partial<NightReport> = {}): NightReport {
  return {
    ...{ schema_version: 1, runtime: "sim" },
    night: { night_id: 2, started_at: "2026-11-21T02:30:00.000Z", suite: "laptop", build: "abc" },
    history_path: "my nights.sqlite",
    nights: [
      { night_id: 1, started_at: "2026-11-20T02:30:00.000Z", suite: "laptop", build: "aaa" },
      { night_id: 2, started_at: "2026-11-21T02:30:00.000Z", suite: "laptop", build: "abc" },
    ],
    scenarios: [
      { scenario: "multi_turn", valid: true, problems: [], run_path: "runs/x", nights_not_compared: 0 },
    ],
    findings: [finding()],
    ...over,
  };
}

test("the summary of a regression says what, by how much, against which night, and what to do", () => {
  const lines = renderNightlyMarkdown(report()).split("\n");
  expect(lines[0]).toBe("## Nightly 2 (laptop, sim, 2026-11-21): 1 series REGRESSED");
  expect(lines[2]).toBe(
    "- multi_turn ttft_ms_mean: +10.0 % (+8.0 … +12.0) against night 1, confirmed by a second run",
  );
  expect(lines[4]).toBe(
    "Find the change (between night 1, aaa, and tonight, abc), or accept tonight as the baseline (fill in why):",
  );
  expect(lines[7]).toBe(
    `bun run nightly ack --history 'my nights.sqlite' --scenario multi_turn --metric ttft_ms_mean --reason ""`,
  );
});

test("a scenario whose settings changed says that its earlier nights are not compared", () => {
  const first = finding({ baseline_night_id: null, paired: null, status: "first", suspicions: [] });
  const scenarios = [
    { scenario: "multi_turn", valid: true, problems: [], run_path: "", nights_not_compared: 1 },
  ];
  expect(renderNightlyMarkdown(report({ scenarios, findings: [first] })).split("\n")[2]).toBe(
    "- multi_turn has its first night, which is the baseline of those to come; not compared with 1 earlier night of other settings or another host",
  );
});

test("a quiet night says what it could not have seen", () => {
  const wide = { estimate: 2, lo: -20, hi: 24, sd: 9, p_value: 0.8 };
  const quiet = { verdict: "inconclusive", status: "steady", suspicions: [] } as const;
  const text = renderNightlyMarkdown(report({ findings: [finding({ ...quiet, paired: wide })] }));
  expect(text).toStartWith(
    "## Nightly 2 (laptop, sim, 2026-11-21): no regression\n\n- 1 of 1 series undecided:",
  );
  expect(text).toContain("most in multi_turn ttft_ms_mean (−20.0 … +24.0 %)");
  expect(text).toContain("| undecided | multi_turn |");
});

test("what could not be paired says why", () => {
  const whys = (over: Partial<NightFinding>): string => {
    const unpaired = { paired: null, p_holm: null, status: "steady", suspicions: [] } as const;
    return renderNightlyMarkdown(report({ findings: [finding({ ...unpaired, ...over })] }));
  };
  expect(whys({ baseline_night_id: null })).toContain("| n/a (no baseline) | n/a (no baseline) |");
  expect(whys({ pairs: 1 })).toContain("| n/a (fewer than two pairs that both nights ran) |");
  expect(whys({ pairs: 4 })).toContain("| n/a (a baseline of zero) |");
});

test("a series is drawn in its unit: ratios in percent, other metrics as their name says", () => {
  const unit = (metric: string, unit: "percent" | "points" = "percent"): string | undefined => {
    const page = renderNightlyHtml(
      report({ findings: [finding({ metric: { metric, unit, goodness: "higher" } })] }),
    );
    return new RegExp(`>${metric} \\(([^)]*)\\)<`).exec(page)?.[1];
  };
  expect(unit("ttft_ms_mean")).toBe("ms");
  expect(unit("requests_per_s")).toBe("1/s");
  expect(unit("get_batches")).toBe("count");
  expect(unit("hit_ratio", "points")).toBe("%");
});

test("a drift names the night of its change point", () => {
  const change = { night_id: 40, estimate: 4, before: 100, behind: 104, p_value: 0.001 };
  const text = renderNightlyMarkdown(report({ findings: [finding({ suspicions: ["drift"], change })] }));
  expect(text).toContain("- multi_turn ttft_ms_mean: +4.0 % since night 40 (change point), confirmed");
});

test("an invalid scenario is no quiet night", () => {
  const scenarios = [
    { scenario: "multi_turn", valid: false, problems: ["ledger: off by 3"], run_path: "" },
  ].map((one) => ({ ...one, nights_not_compared: 0 }));
  const text = renderNightlyMarkdown(report({ scenarios, findings: [] }));
  expect(text).toContain("no regression, but 1 of 1 scenarios INVALID");
  expect(text).toContain("multi_turn is INVALID: ledger: off by 3");
});

test("the dashboard loads nothing, runs no script, and escapes what it is given", () => {
  const acknowledged = {
    night_id: 1,
    scenario: "multi_turn",
    metric: null,
    reason: "<b>new</b>",
    acked_at: "now",
  };
  const page = renderNightlyHtml(report({ findings: [finding({ acknowledged })] }));
  expect(page).toContain("&lt;b&gt;new&lt;/b&gt;");
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|<b>new/);
  expect(page.match(/<svg /g)).toHaveLength(2); // one series, wide and narrow
});
