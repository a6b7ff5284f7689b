// The report that a terminal shows at the end of a run: verdict and validity first, then the tables, at most 100 columns wide.

import type { ReportInput } from "./report_input.ts";
import { armsTable } from "./tables/arms_table.ts";
import { comparisonTable } from "./tables/comparison_table.ts";
import { goodputTable } from "./tables/goodput_table.ts";
import { latencyTable } from "./tables/latency_table.ts";
import { predictionTable } from "./tables/prediction_table.ts";
import type { ReportTable } from "./tables/report_table.ts";
import { storeTrafficTable, storeUpkeepTable } from "./tables/store_tables.ts";
import { tierTable } from "./tables/tier_table.ts";
import { makePaint, type Paint, withoutControls } from "./terminal/ansi.ts";
import { terminalTable } from "./terminal/terminal_table.ts";
import { groupComparisons } from "./wording/compared_pairs.ts";
import { faultLines } from "./wording/fault_lines.ts";
import { floorLine } from "./wording/floor_line.ts";
import { type Finding, headlineOf } from "./wording/headline.ts";
import { ledgerLine } from "./wording/ledger_line.ts";
import { nextSteps } from "./wording/next_steps.ts";
import { switchLine } from "./wording/switch_line.ts";
import { VERDICT_WORDS } from "./wording/verdict_words.ts";
import { wrapText } from "./wording/wrap_text.ts";

export interface TerminalOptions {
  readonly colours: boolean;
  /** Where the run is kept. */
  readonly run_path: string;
}

const WIDTH = 100;

export function renderTerminal(input: ReportInput, options: TerminalOptions): string {
  const { summary } = input;
  const paint = makePaint(options.colours);
  const blocks = [
    bannerBlock(input, paint),
    factBlock(input),
    ...[
      latencyTable(summary),
      armsTable(summary),
      goodputTable(summary),
      tierTable(summary),
      storeTrafficTable(summary),
      storeUpkeepTable(summary),
      predictionTable(summary),
    ].map((table) => tableBlock(table, paint)),
    ...groupComparisons(summary).map(({ title, rows }) =>
      tableBlock(comparisonTable(title, rows, false), paint),
    ),
    listBlock("Faults", faultLines(summary), paint),
    [ledgerLine(summary), floorLine(input.manifest)].map(paragraph).join("\n"),
    listBlock("What to try next", nextSteps(input), paint),
    `Run directory: ${withoutControls(options.run_path)}`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function bannerBlock(input: ReportInput, paint: Paint): string {
  const headline = headlineOf(input);
  const banner = headline.valid
    ? paint(headline.banner, "good")
    : paint(` ${headline.banner} `.padEnd(WIDTH), "alarm");
  const reasons = headline.reasons.map((reason) => paint(bullet(reason, "✗"), "bad"));
  const findings = headline.findings.map((finding) => findingBlock(finding, paint));
  const title = paint(paragraph(`${input.summary.scenario} (${input.summary.runtime})`), "strong");
  const about = switchLine(input.manifest);
  return [
    title,
    "",
    banner,
    ...reasons,
    "",
    ...(about === "" ? [] : [paragraph(about), ""]),
    ...findings,
  ].join("\n");
}

function findingBlock({ title, verdict, sentence, meaning, tally }: Finding, paint: Paint): string {
  const tone = verdict === null ? "quiet" : VERDICT_WORDS[verdict].tone;
  const lines = [paint(paragraph(title), "strong"), paint(bullet(sentence, " "), tone)];
  return [...lines, ...[meaning, tally].filter((text) => text !== "").map((text) => bullet(text, " "))].join(
    "\n",
  );
}

function tableBlock(table: ReportTable, paint: Paint): string {
  return table.rows.length === 0 ? "" : terminalTable(table, WIDTH, paint);
}

function factBlock({ summary }: ReportInput): string {
  return [
    paragraph(`Real: ${summary.real.join("; ")}.`),
    paragraph(`Modelled: ${summary.modelled.length === 0 ? "nothing" : summary.modelled.join("; ")}.`),
  ].join("\n");
}

function listBlock(title: string, lines: readonly string[], paint: Paint): string {
  if (lines.length === 0) return "";
  return [paint(title, "strong"), ...lines.map((line) => bullet(line, "–"))].join("\n");
}

function paragraph(text: string): string {
  return wrapText(withoutControls(text), WIDTH).join("\n");
}

function bullet(text: string, mark: string): string {
  return wrapText(withoutControls(text), WIDTH - 2)
    .map((line, i) => `${i === 0 ? mark : " "} ${line}`)
    .join("\n");
}
