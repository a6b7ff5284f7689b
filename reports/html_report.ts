// The report as one self-contained page: opens offline, loads nothing, runs no script. Readable in dark and light, on a phone
// and in print.

import { html, trustedHtml } from "./html/html.ts";
import { reportSections } from "./html/report_sections.ts";
import { REPORT_STYLE } from "./html/report_style.ts";
import { verdictSection } from "./html/verdict_section.ts";
import type { ReportInput } from "./report_input.ts";
import { headlineOf } from "./wording/headline.ts";

export function renderHtml(input: ReportInput): string {
  const { summary } = input;
  const sections = reportSections(input);
  const title = `${headlineOf(input).valid ? "" : "INVALID: "}${summary.scenario}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · tierbench</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(REPORT_STYLE)}</style>
</head>
<body>
${verdictSection(input)}
<nav aria-label="Sections">${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a> `)}</nav>
<main>
${sections.map(
  ({ id, title: name, body }) => html`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${body}
</section>
`,
)}</main>
</body>
</html>
`.text;
}
