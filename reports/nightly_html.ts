// The dashboard of a history after a night: one self-contained page, every series with its line, the worst first.

import { type NightReport, nightOutcome } from "../harness/study/nightly/night_report.ts";
import { figure } from "./html/figure.ts";
import { html, trustedHtml } from "./html/html.ts";
import { htmlTable } from "./html/html_table.ts";
import { REPORT_STYLE } from "./html/report_style.ts";
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
  const acknowledged = findings.flatMap(({ acknowledged }) => (acknowledged === null ? [] : [acknowledged]));
  const notes = nightNotes(report);
  const charted = [...regressed, ...findings.filter(({ status }) => status !== "regressed")];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${nightTitle(report)} · tierbench</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(REPORT_STYLE)}</style>
</head>
<body>
<h1>${nightTitle(report)}</h1>
<p class="meta">build ${night.build}; started ${night.started_at}</p>
<div class="banner${nightOutcome(report) === "steady" ? "" : " invalid"}">${
    regressed.length === 0
      ? html`<strong>${nightOutcome(report) === "steady" ? "No regression" : "Invalid runs"}</strong>`
      : html`<strong>Regressed</strong><ul>${regressed.map((finding) => html`<li>${describeRegression(finding)}</li>`)}</ul>`
  }</div>
<main>
${notes.length === 0 ? null : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${
  regressed.length === 0
    ? null
    : html`<h2>What to do</h2>
<p>Find the change ${suspectBuilds(report, regressed)}; or accept tonight as the baseline (fill in why):</p>
<pre>${acceptCommands(report, regressed).join("\n")}</pre>`
}
<h2>Series</h2>
${htmlTable(findingsTable(report))}
<h2>Nights</h2>
${charted.map((finding, i) => figure(nightChart(finding, i)))}
<h2>Scenarios</h2>
${htmlTable(scenariosTable(report))}
${
  acknowledged.length === 0
    ? null
    : html`<h2>Acknowledged changes</h2><ul>${acknowledged.map(
        ({ night_id, scenario, metric, reason, acked_at }) =>
          html`<li>night ${night_id}, ${scenario} ${metric ?? "all metrics"}: ${reason} <small>(${acked_at})</small></li>`,
      )}</ul>`
}
<h2>Terms</h2>
${termsList(NIGHT_TERMS)}
</main>
</body>
</html>
`.text;
}
