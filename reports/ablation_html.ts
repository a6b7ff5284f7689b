// A study as one self-contained page: opens offline, loads nothing, runs no script.

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
import { forestChart } from "./charts/forest_chart.ts";
import { figure } from "./html/figure.ts";
import { type Html, html, trustedHtml } from "./html/html.ts";
import { htmlTable } from "./html/html_table.ts";
import { REPORT_STYLE } from "./html/report_style.ts";
import type { ComparedPair } from "./wording/compared_pairs.ts";

export function renderAblationHtml(outcome: StudyOutcome): string {
  const { claim, valid, problems, confounded } = outcome;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${valid ? "" : "INVALID: "}study ${outcome.name} · tierbench</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(REPORT_STYLE)}</style>
</head>
<body>
<h1>Study ${outcome.name}</h1>
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
${confounded.length === 0 ? null : html`<p>This fraction confounds:</p><ul>${confounded.map((line) => html`<li>${line}</li>`)}</ul>`}
<h2>What to try next</h2>
<ul>${studyNextSteps(outcome).map((step) => html`<li>${step}</li>`)}</ul>
<h2>Cells</h2>
${htmlTable(cellsTable(outcome))}
<h2>Configuration</h2>
${htmlTable(cellDifferencesTable(outcome.cells))}
<h2>What was real, what was modelled</h2>
<h3>Real</h3><ul>${outcome.real.map((line) => html`<li>${line}</li>`)}</ul>
<h3>Modelled</h3><ul>${outcome.modelled.map((line) => html`<li>${line}</li>`)}</ul>
</main>
</body>
</html>
`.text;
}

function changeParagraph({ claim }: ClaimOutcome, change: ChangeOutcome): Html {
  const { words, tone } = CLAIM_WORDS[change.answer];
  return html`<p class="sentence"><span class="chip ${tone}">${words}</span> ${changeMeasured(claim, change)}</p>`;
}

function invalidBanner(problems: readonly string[]): Html {
  return html`<div class="banner invalid"><strong>INVALID: these numbers prove nothing</strong>
<ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul></div>`;
}

/** One forest per metric, a row per effect. */
function effectFigures({ metrics, effects }: StudyOutcome): Html[] {
  const compared = metrics.flatMap((metric) =>
    comparedEffects(effects.filter((effect) => effect.metric === metric)),
  );
  return compared.flatMap((pair, index) => {
    const unit = pair.rows[0]?.delta_unit ?? "percent";
    const chart = forestChart(compared, index, unit);
    return chart === null ? [] : [figure({ ...chart, title: pair.title })];
  });
}

/** Effects in the form of comparisons: the effect's name stands where a metric's would. */
function comparedEffects(effects: readonly StudyEffect[]): ComparedPair[] {
  const first = effects[0];
  if (first === undefined) return [];
  const rows = effects.map((effect) => ({
    ...{ factor: effect.factor, baseline: effect.from, candidate: effect.to, metric: effect.name },
    ...{ baseline_value: 0, candidate_value: 0, delta_unit: effect.unit, delta_pct: effect.estimate },
    ...{ ci95_pct: effect.ci95, pairs: effect.blocks, verdict: effect.verdict, advice: null },
  }));
  return [{ title: first.metric, baseline: "", candidate: "", pairs: first.blocks, rows }];
}
