// The dashboard of a history after a night as one page: every series with its line, those that regressed first.

import type { NightFinding } from "../harness/study/nightly/judge_night.ts";
import { type NightReport, nightOutcome } from "../harness/study/nightly/night_report.ts";
import { figure } from "./html/figure.ts";
import { type Html, html } from "./html/html.ts";
import { htmlList } from "./html/html_list.ts";
import { htmlTable } from "./html/html_table.ts";
import { renderPage } from "./html/page.ts";
import { termsList } from "./html/terms_list.ts";
import { nightChart } from "./nightly_chart.ts";
import { findingsTable, scenariosTable } from "./nightly_tables.ts";
import { NIGHT_TERMS } from "./nightly_terms.ts";
import {
  acceptCommands,
  describeRegression,
  nightNotes,
  nightTitle,
  suspectBuilds,
} from "./nightly_words.ts";

export function renderNightlyHtml(report: NightReport): string {
  const { findings, night } = report;
  const regressed = findings.filter(({ status }) => status === "regressed");
  const others = findings.filter(({ status }) => status !== "regressed");
  const notes = nightNotes(report);
  const title = nightTitle(report);
  const body = html`<h1>${title}</h1>
<p class="meta">build ${night.build}; started ${night.started_at}</p>
${banner(report, regressed)}
<main>
${notes.length === 0 ? null : htmlList(notes)}
${whatToDo(report, regressed)}
<h2>Series</h2>
${htmlTable(findingsTable(report))}
<h2>Nights</h2>
${[...regressed, ...others].map((finding, i) => figure(nightChart(finding, i)))}
<h2>Scenarios</h2>
${htmlTable(scenariosTable(report))}
${acknowledgedChanges(findings)}
<h2>Terms</h2>
${termsList(NIGHT_TERMS)}
</main>`;
  return renderPage(title, body);
}

function banner(report: NightReport, regressed: readonly NightFinding[]): Html {
  switch (nightOutcome(report)) {
    case "steady":
      return html`<div class="banner"><strong>No regression</strong></div>`;
    case "invalid":
      return html`<div class="banner invalid"><strong>Invalid runs</strong></div>`;
    case "regressed":
      return html`<div class="banner invalid"><strong>Regressed</strong>${htmlList(regressed.map(describeRegression))}</div>`;
  }
}

function whatToDo(report: NightReport, regressed: readonly NightFinding[]): Html | null {
  if (regressed.length === 0) return null;
  return html`<h2>What to do</h2>
<p>Find the change ${suspectBuilds(report, regressed)}; or accept tonight as the baseline (fill in why):</p>
<pre>${acceptCommands(report, regressed).join("\n")}</pre>`;
}

function acknowledgedChanges(findings: readonly NightFinding[]): Html | null {
  const changes = findings.flatMap(({ acknowledged }) => (acknowledged === null ? [] : [acknowledged]));
  if (changes.length === 0) return null;
  return html`<h2>Acknowledged changes</h2><ul>${changes.map(
    ({ night_id, scenario, metric, reason, acked_at }) =>
      html`<li>night ${night_id}, ${scenario} ${metric ?? "all metrics"}: ${reason} <small>(${acked_at})</small></li>`,
  )}</ul>`;
}
