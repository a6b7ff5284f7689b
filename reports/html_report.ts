// The report as one page. Readable in dark and light, on a phone and in print.

import { type Html, html } from "./html/html.ts";
import { renderPage } from "./html/page.ts";
import { type ReportSection, reportSections } from "./html/report_sections.ts";
import { verdictSection } from "./html/verdict_section.ts";
import type { ReportInput } from "./report_input.ts";
import { headlineOf } from "./wording/headline.ts";

export function renderHtml(input: ReportInput): string {
  const sections = reportSections(input);
  const body = html`${verdictSection(input)}
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
<main>
${sections.map(sectionBlock)}</main>`;
  return renderPage(`${headlineOf(input).valid ? "" : "INVALID: "}${input.summary.scenario}`, body);
}

function sectionBlock({ id, title, body }: ReportSection): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}
</section>
`;
}
