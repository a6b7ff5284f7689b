// What inspection found as one self-contained page that a person looks at: tables, charts, and, of two traces, how far apart they are.

import { html, trustedHtml } from "../../../reports/html/html.ts";
import { htmlTable } from "../../../reports/html/html_table.ts";
import { REPORT_STYLE } from "../../../reports/html/report_style.ts";
import type { ReportTable } from "../../../reports/tables/report_table.ts";
import { type TraceDistance, traceDistance } from "../../../workloads/synth/trace_distance.ts";
import { traceCharts } from "./trace_charts.ts";
import {
  countsTable,
  distanceTable,
  distributionTable,
  hitTable,
  type Inspected,
  openingsTable,
  shownCapacities,
  treeTable,
  workingSetTable,
} from "./trace_tables.ts";

/** Charts carry their own colours, on white. */
const STYLE = "main > svg { max-width: 100%; height: auto; display: block; margin: 0 0 1.5rem; }";

/** `source`: where the traces come from, in a sentence. */
export function renderTraceReport(traces: readonly Inspected[], source: string): string {
  const title = traces.map(({ label }) => label).join(" and ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · tierbench trace</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(REPORT_STYLE + STYLE)}</style>
</head>
<body>
<h1>${title}</h1>
<p class="meta">${source}</p>
<main>
${traceTables(traces).map((table) => html`<h2>${table.title}</h2>${htmlTable(table)}`)}
<h2>Charts</h2>
${traceCharts(traces).map(({ svg }) => trustedHtml(svg))}
</main>
</body>
</html>
`.text;
}

/** All that is told of one trace, or of two side by side: the distance first. */
export function traceTables(traces: readonly Inspected[]): ReportTable[] {
  const distance = distanceOf(traces);
  const [alone, ...others] = traces;
  const single = others.length === 0 ? alone?.inspection : undefined;
  const curve = single?.contents?.curve;
  return [
    distance && distanceTable(distance),
    countsTable(traces),
    distributionTable(traces),
    treeTable(traces),
    single === undefined ? null : openingsTable(single),
    single === undefined ? null : workingSetTable(single),
    curve === undefined ? null : hitTable(curve, shownCapacities(curve)),
  ].filter((table) => table !== null);
}

/** Of the second trace from the first; null unless there are two. */
export function distanceOf([original, made]: readonly Inspected[]): TraceDistance | null {
  return original === undefined || made === undefined
    ? null
    : traceDistance(original.inspection, made.inspection);
}
