// A chart on the page: title, how to read it, legend, the drawing in two widths of which the page shows one, and its numbers.

import type { Chart, LegendItem } from "../charts/chart.ts";
import { drawChart } from "../charts/draw_chart.ts";
import { type Html, html, trustedHtml } from "./html.ts";
import { htmlTable } from "./html_table.ts";

export function figure(chart: Chart): Html {
  return html`<figure id="${chart.id}">
<figcaption><strong>${chart.title}.</strong> ${chart.reading}</figcaption>
${chart.legend.length === 0 ? null : html`<ul class="legend">${chart.legend.map(legendItem)}</ul>`}
${trustedHtml(drawChart(chart, "wide"))}
${trustedHtml(drawChart(chart, "narrow"))}
${chart.data === null ? null : html`<details><summary>The numbers</summary>${htmlTable(chart.data)}</details>`}
</figure>
`;
}

function legendItem({ label, colour, mark }: LegendItem): Html {
  return html`<li><span class="key ${mark}" style="--key:${colour}"></span>${label}</li>`;
}

/** In place of a chart that has nothing to show. */
export function noFigure(title: string, why: string): Html {
  return html`<p class="missing"><strong>${title}:</strong> n/a (${why})</p>
`;
}
