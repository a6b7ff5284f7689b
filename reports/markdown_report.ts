// The report for a pull request: verdict, validity and comparison in sight, the rest folded away. GitHub's Markdown.

import { escapeMarkdown } from "./markdown/escape_markdown.ts";
import { markdownTable } from "./markdown/markdown_table.ts";
import type { ReportInput } from "./report_input.ts";
import { armsTable } from "./tables/arms_table.ts";
import { comparisonTable } from "./tables/comparison_table.ts";
import { configDiffTable } from "./tables/config_diff_table.ts";
import { factsTable } from "./tables/facts_table.ts";
import { floorTable } from "./tables/floor_table.ts";
import { goodputTable } from "./tables/goodput_table.ts";
import { latencyTable } from "./tables/latency_table.ts";
import { ledgerTable } from "./tables/ledger_table.ts";
import { pathTable } from "./tables/path_table.ts";
import { predictionTable } from "./tables/prediction_table.ts";
import type { ReportTable } from "./tables/report_table.ts";
import { stageTable } from "./tables/stage_table.ts";
import { storeTrafficTable, storeUpkeepTable } from "./tables/store_tables.ts";
import { tierTable } from "./tables/tier_table.ts";
import { turnTable } from "./tables/turn_table.ts";
import { validityTable } from "./tables/validity_table.ts";
import { groupComparisons } from "./wording/compared_pairs.ts";
import { faultLines } from "./wording/fault_lines.ts";
import { type Headline, headlineOf } from "./wording/headline.ts";
import { ledgerLine } from "./wording/ledger_line.ts";
import { nextSteps } from "./wording/next_steps.ts";
import { switchLine } from "./wording/switch_line.ts";

export function renderMarkdown(input: ReportInput): string {
  const { manifest, summary } = input;
  const compared = groupComparisons(summary).map(({ title, rows }) => comparisonTable(title, rows, true));
  const blocks = [
    `## ${escapeMarkdown(`${summary.scenario} (${summary.runtime})`)}`,
    bannerBlock(headlineOf(input)),
    escapeMarkdown(switchLine(manifest)),
    provenance(input),
    ...[
      ...compared,
      latencyTable(summary),
      armsTable(summary),
      goodputTable(summary),
      tierTable(summary),
    ].map(section),
    listBlock("Faults", faultLines(summary)),
    escapeMarkdown(ledgerLine(summary)),
    listBlock("What to try next", nextSteps(input)),
    ...[
      turnTable(summary),
      stageTable(summary),
      storeTrafficTable(summary),
      storeUpkeepTable(summary),
      pathTable(input),
      predictionTable(summary),
      validityTable(summary),
      floorTable(manifest),
      ledgerTable(summary),
      configDiffTable(manifest),
      factsTable(manifest),
    ].map(folded),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function bannerBlock({ valid, banner, reasons, findings }: Headline): string {
  const verdict = `**${escapeMarkdown(banner)}**`;
  const top = valid
    ? verdict
    : [`> ${verdict}`, ...reasons.map((why) => `> - ${escapeMarkdown(why)}`)].join("\n");
  const found = findings.map(
    ({ title, sentence, meaning, tally }) =>
      `- **${escapeMarkdown(title)}**: ${escapeMarkdown([sentence, meaning, tally].filter((text) => text !== "").join(" "))}`,
  );
  return [top, found.join("\n")].join("\n\n");
}

/** What was real and what was modelled. */
function provenance({ summary: { real, modelled } }: ReportInput): string {
  const what = modelled.length === 0 ? "nothing" : modelled.join("; ");
  return `Real: ${escapeMarkdown(real.join("; "))}.  \nModelled: ${escapeMarkdown(what)}.`;
}

function section(table: ReportTable): string {
  return table.rows.length === 0 ? "" : `### ${escapeMarkdown(table.title)}\n\n${markdownTable(table)}`;
}

/** Titles of these tables are constants of this room: Markdown's escapes do not work inside <summary>. */
function folded(table: ReportTable): string {
  if (table.rows.length === 0) return "";
  return `<details><summary>${table.title}</summary>\n\n${markdownTable(table)}\n\n</details>`;
}

function listBlock(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return [`### ${title}`, lines.map((line) => `- ${escapeMarkdown(line)}`).join("\n")].join("\n\n");
}
