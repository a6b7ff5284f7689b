// A study as one page: its claim beside the measurement first, then effects, cells and what was real.

import type { ChangeOutcome, ClaimOutcome } from "../harness/study/ablation/claim_outcome.ts";
import type { StudyEffect } from "../harness/study/ablation/effects.ts";
import type { StudyOutcome } from "../harness/study/ablation/study_outcome.ts";
import { cellDifferencesTable, cellsTable, effectsTable } from "./ablation_tables.ts";
import {
  BLOCKS_ALIKE,
  CLAIM_WORDS,
  changeMeasured,
  claimSentence,
  READING_EFFECTS,
  studyNextSteps,
} from "./ablation_words.ts";
import { type ForestRow, forestChart } from "./charts/forest_chart.ts";
import { figure } from "./html/figure.ts";
import { type Html, html } from "./html/html.ts";
import { htmlList } from "./html/html_list.ts";
import { htmlTable } from "./html/html_table.ts";
import { renderPage } from "./html/page.ts";

export function renderAblationHtml(outcome: StudyOutcome): string {
  const { name, claim, valid, problems, confounded } = outcome;
  const body = html`<h1>Study ${name}</h1>
<p class="meta">${outcome.runtime}; ${outcome.design}</p>
${valid ? html`<p class="banner"><strong>Valid</strong>: every run passed its checks.</p>` : invalidBanner(problems)}
<div class="finding">
<p>${claimSentence(claim)}</p>
${claim.changes.map((change) => changeParagraph(claim, change))}
</div>
<main>
<h2>Effects</h2>
${outcome.blocks_alike ? html`<p>${BLOCKS_ALIKE}</p>` : null}
${effectFigures(outcome)}
${htmlTable(effectsTable(outcome))}
<p class="meta">${READING_EFFECTS}</p>
${confounded.length === 0 ? null : html`<p>This fraction confounds:</p>${htmlList(confounded)}`}
<h2>What to try next</h2>
${htmlList(studyNextSteps(outcome))}
<h2>Cells</h2>
${htmlTable(cellsTable(outcome))}
<h2>Configuration</h2>
${htmlTable(cellDifferencesTable(outcome.cells))}
<h2>What was real, what was modelled</h2>
<h3>Real</h3>${htmlList(outcome.real)}
<h3>Modelled</h3>${htmlList(outcome.modelled)}
</main>`;
  return renderPage(`${valid ? "" : "INVALID: "}study ${name}`, body);
}

function changeParagraph({ claim }: ClaimOutcome, change: ChangeOutcome): Html {
  const { words, tone } = CLAIM_WORDS[change.answer];
  return html`<p class="sentence"><span class="chip ${tone}">${words}</span> ${changeMeasured(claim, change)}</p>`;
}

function invalidBanner(problems: readonly string[]): Html {
  return html`<div class="banner invalid"><strong>INVALID: these numbers prove nothing</strong>
${htmlList(problems)}</div>`;
}

/** One forest per metric, a row per effect. */
function effectFigures({ metrics, effects }: StudyOutcome): Html[] {
  const of_metrics = metrics.map((metric) => effects.filter((effect) => effect.metric === metric));
  const forests = of_metrics.filter((group) => group.length > 0);
  const rows = forests.map((group) => group.map(forestRow));
  return forests.flatMap(([first], index) => {
    if (first === undefined) return [];
    const chart = forestChart(rows, index, first.unit);
    return chart === null ? [] : [figure({ ...chart, title: first.metric })];
  });
}

/** The effect's name stands where a metric's would. */
function forestRow({ name, unit, estimate, ci95, verdict }: StudyEffect): ForestRow {
  return { metric: name, delta_unit: unit, delta_pct: estimate, ci95_pct: ci95, verdict };
}
