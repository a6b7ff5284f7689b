// A study for the terminal and, without colours, for logs: what makes it invalid and the claim first, then effects and cells.

import type { StudyOutcome } from "../harness/study/ablation/study_outcome.ts";
import { cellDifferencesTable, cellsTable, effectsTable } from "./ablation_tables.ts";
import {
  BLOCKS_ALIKE,
  CLAIM_WORDS,
  changeMeasured,
  claimSentence,
  studyNextSteps,
} from "./ablation_words.ts";
import { makePaint } from "./terminal/ansi.ts";
import { terminalTable } from "./terminal/terminal_table.ts";
import { wrapText } from "./wording/wrap_text.ts";

export interface AblationTerminalOptions {
  readonly colours: boolean;
  readonly width: number;
}

export function renderAblationTerminal(
  outcome: StudyOutcome,
  { colours, width }: AblationTerminalOptions,
): string {
  const paint = makePaint(colours);
  const { claim, problems, confounded } = outcome;
  const invalid = outcome.valid
    ? []
    : [paint("INVALID: these numbers prove nothing", "alarm"), ...problems.map((line) => paint(line, "bad"))];
  return [
    paint(`study ${outcome.name} (${outcome.runtime}): ${outcome.design}`, "strong"),
    ...invalid,
    claimSentence(claim),
    ...claim.changes.map((change) =>
      paint(changeMeasured(claim.claim, change), CLAIM_WORDS[change.answer].tone),
    ),
    ...(outcome.blocks_alike ? wrapText(BLOCKS_ALIKE, width).map((line) => paint(line, "unsure")) : []),
    "",
    terminalTable(effectsTable(outcome), width, paint),
    ...confounded.map((line) => paint(`confounded: ${line}`, "quiet")),
    "",
    terminalTable(cellsTable(outcome), width, paint),
    "",
    terminalTable(cellDifferencesTable(outcome.cells), width, paint),
    "",
    paint("What to try next", "strong"),
    ...studyNextSteps(outcome).flatMap((step) => wrapText(`– ${step}`, width)),
    "",
  ].join("\n");
}
