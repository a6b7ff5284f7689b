// A night in a few lines of Markdown, for a CI job's summary or a chat: what regressed and what to do; details folded.

import type { NightFinding } from "../harness/study/nightly/judge_night.ts";
import type { NightReport } from "../harness/study/nightly/night_report.ts";
import { escapeMarkdown } from "./markdown/escape_markdown.ts";
import { markdownTable } from "./markdown/markdown_table.ts";
import { findingsTable, scenariosTable } from "./nightly_tables.ts";
import {
  acceptCommands,
  describeRegression,
  nightNotes,
  nightTitle,
  suspectBuilds,
} from "./nightly_words.ts";
import { countOf } from "./wording/count_of.ts";

export function renderNightlyMarkdown(report: NightReport): string {
  const { findings, scenarios } = report;
  const regressed = findings.filter(({ status }) => status === "regressed");
  const notable = findings.filter(({ status }) => status !== "steady" && status !== "first");
  const invalid = scenarios.filter(({ valid }) => !valid);
  const bullets = [
    ...regressed.map(describeRegression),
    ...invalid.map(({ scenario, problems }) => `${scenario} is INVALID: ${problems.join("; ")}`),
    ...nightNotes(report),
  ].map((text) => `- ${escapeMarkdown(text)}`);
  const sections = [
    `## ${escapeMarkdown(nightTitle(report))}`,
    ...(bullets.length > 0 ? [bullets.join("\n")] : []),
    ...(regressed.length > 0 ? [nextStep(report, regressed)] : []),
    ...(notable.length > 0 ? [markdownTable(findingsTable({ ...report, findings: notable }))] : []),
    ...(findings.length > 0 ? [] : ["Nothing is compared: no scenario has a valid run."]),
    `<details><summary>All ${countOf(findings.length, "series")}, ${countOf(scenarios.length, "scenario")}</summary>`,
    ...(findings.length > 0 ? [markdownTable(findingsTable(report))] : []),
    markdownTable(scenariosTable(report)),
    "</details>",
  ];
  return `${sections.join("\n\n")}\n`;
}

function nextStep(report: NightReport, regressed: readonly NightFinding[]): string {
  return [
    `Find the change (${escapeMarkdown(suspectBuilds(report, regressed))}), or accept tonight as the baseline (fill in why):`,
    "",
    "```sh",
    ...acceptCommands(report, regressed),
    "```",
  ].join("\n");
}
