// A night in a few lines of Markdown, for a CI job's summary or a chat: what regressed and what to do; details folded.

import type { NightFinding } from "../harness/study/nightly/judge_night.ts";
import { type NightReport, nightOutcome } from "../harness/study/nightly/night_report.ts";
import { escapeMarkdown } from "./markdown/escape_markdown.ts";
import { markdownTable } from "./markdown/markdown_table.ts";
import { findingsTable, scenariosTable } from "./nightly_tables.ts";
import { formatChange, formatInterval } from "./wording/format_value.ts";

export function renderNightlyMarkdown(report: NightReport): string {
  const { findings, scenarios } = report;
  const regressed = findings.filter(({ status }) => status === "regressed");
  const notable = findings.filter(({ status }) => status !== "steady" && status !== "first");
  const invalid = scenarios.filter(({ valid }) => !valid);
  return [
    `## ${nightTitle(report)}`,
    "",
    ...regressed.map((finding) => `- ${escapeMarkdown(describeRegression(finding))}`),
    ...invalid.map(
      ({ scenario, problems }) => `- ${escapeMarkdown(`${scenario} is INVALID: ${problems.join("; ")}`)}`,
    ),
    ...(regressed.length > 0 ? ["", escapeMarkdown(nextStep(regressed))] : []),
    "",
    ...(notable.length > 0 ? [markdownTable(findingsTable({ ...report, findings: notable })), ""] : []),
    `<details><summary>All ${findings.length} series, ${scenarios.length} scenarios</summary>`,
    "",
    markdownTable(findingsTable(report)),
    "",
    markdownTable(scenariosTable(report)),
    "",
    "</details>",
    "",
  ].join("\n");
}

export function nightTitle(report: NightReport): string {
  const { night, findings, scenarios, runtime } = report;
  const count = findings.filter(({ status }) => status === "regressed").length;
  const invalid = scenarios.filter(({ valid }) => !valid).length;
  const outcome = {
    regressed: `${count} series REGRESSED`,
    invalid: `no regression, but ${invalid} of ${scenarios.length} scenarios INVALID`,
    steady: "no regression",
  }[nightOutcome(report)];
  return `Nightly ${night.night_id} (${night.suite}, ${runtime}, ${night.started_at.slice(0, 10)}): ${outcome}`;
}

export function describeRegression(finding: NightFinding): string {
  const { scenario, metric, paired, change, baseline_night_id, suspicions } = finding;
  const against =
    suspicions.includes("paired") && paired !== null
      ? `${formatChange(paired.estimate, metric.unit)} (${formatInterval([paired.lo, paired.hi])}) against night ${baseline_night_id}`
      : "";
  const drift =
    suspicions.includes("drift") && change !== null
      ? `${formatChange(change.estimate, metric.unit)} since night ${change.night_id} (change point)`
      : "";
  return `${scenario} ${metric.metric}: ${[against, drift].filter((text) => text !== "").join("; ")}, confirmed by a second run`;
}

function nextStep(regressed: readonly NightFinding[]): string {
  const first = regressed[0];
  const command = `bun run nightly ack --scenario ${first?.scenario} --metric ${first?.metric.metric} --reason "why it is right"`;
  return `Find the change between those nights' builds, or accept it: ${command}`;
}
