// The sections of the page below its top, in the order of the questions a reader has: what changed, how fast, where from, over
// time, and is it true.

import { cdfChart } from "../charts/cdf_chart.ts";
import type { Chart } from "../charts/chart.ts";
import { forestChart } from "../charts/forest_chart.ts";
import { inFlightChart } from "../charts/in_flight_chart.ts";
import { sampledArms, whyNotSampled } from "../charts/sampled_arms.ts";
import { occupancyChart, queueChart } from "../charts/sampled_chart.ts";
import { stageChart } from "../charts/stage_chart.ts";
import { tierChart } from "../charts/tier_chart.ts";
import type { ReportInput } from "../report_input.ts";
import { armsTable } from "../tables/arms_table.ts";
import { comparisonTable } from "../tables/comparison_table.ts";
import { configDiffTable } from "../tables/config_diff_table.ts";
import { factsTable } from "../tables/facts_table.ts";
import { floorTable } from "../tables/floor_table.ts";
import { goodputTable } from "../tables/goodput_table.ts";
import { latencyTable } from "../tables/latency_table.ts";
import { ledgerTable } from "../tables/ledger_table.ts";
import { pathTable } from "../tables/path_table.ts";
import { predictionTable } from "../tables/prediction_table.ts";
import type { ReportTable } from "../tables/report_table.ts";
import { storeTrafficTable, storeUpkeepTable } from "../tables/store_tables.ts";
import { tierTable } from "../tables/tier_table.ts";
import { turnTable } from "../tables/turn_table.ts";
import { validityTable } from "../tables/validity_table.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { type ComparedPair, groupComparisons, MANY_CANDIDATES } from "../wording/compared_pairs.ts";
import { countOf } from "../wording/count_of.ts";
import { faultLines } from "../wording/fault_lines.ts";
import { ledgerLine } from "../wording/ledger_line.ts";
import { figure, noFigure } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html_table.ts";
import { REPORT_TERMS } from "./report_terms.ts";
import { termsList } from "./terms_list.ts";

export interface ReportSection {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

export function reportSections(input: ReportInput): ReportSection[] {
  return [
    { id: "comparison", title: "What the switch did", body: comparison(input) },
    { id: "latency", title: "Latency and throughput", body: latency(input) },
    { id: "hits", title: "Cache hits", body: hits(input) },
    { id: "turns", title: "Turn by turn", body: turns(input) },
    { id: "store", title: "Store", body: store(input) },
    { id: "time", title: "Over time", body: overTime(input) },
    ...(input.summary.prediction === undefined
      ? []
      : [{ id: "prediction", title: "Prediction", body: titled(predictionTable(input.summary)) }]),
    { id: "validity", title: "Validity", body: validity(input) },
    { id: "run", title: "The run", body: theRun(input) },
    { id: "terms", title: "Terms", body: termsList(REPORT_TERMS) },
  ];
}

function comparison({ summary }: ReportInput): Html {
  const compared = groupComparisons(summary);
  if (compared.length === 0) return noFigure("Comparison", "the run compares nothing");
  const forests = compared.map(({ rows }) => rows);
  return html`${compared.map((pair, index) => comparedBlock(pair, index, forests))}`;
}

/** Tables of many candidates are folded under their charts. */
function comparedBlock(pair: ComparedPair, index: number, forests: readonly ComparedPair["rows"][]): Html {
  const table = comparisonTable(pair.title, pair.rows, true);
  const charts = (["percent", "points"] as const).map((unit) => forestChart(forests, index, unit));
  return html`<h3>${pair.title} <small>(${countOf(pair.pairs, "pair")})</small></h3>
${charts.map((chart) => (chart === null ? null : figure(chart)))}
${forests.length > MANY_CANDIDATES ? folded("All metrics", table) : htmlTable(table)}`;
}

function latency({ summary, records }: ReportInput): Html {
  const arms = summary.arms.map((arm) => arm.name);
  const goodput = goodputTable(summary);
  const cdf = (metric: "ttft_ms" | "e2el_ms", name: string): Html =>
    chartOr(
      cdfChart({ metric, name, arms, labels: labelArms(arms), records }),
      `${name} of all requests`,
      "no request has one",
    );
  return html`${titled(latencyTable(summary))}
${titled(armsTable(summary))}
${goodput.rows.length === 0 ? null : titled(goodput)}
${cdf("ttft_ms", "TTFT")}
${cdf("e2el_ms", "E2EL")}
${chartOr(stageChart(summary), "Where TTFT goes", "no response reports its stages")}`;
}

function hits({ summary }: ReportInput): Html {
  return html`${chartOr(tierChart(summary), "Where prompt tokens came from", "no arm has a hit ratio")}
${htmlTable(tierTable(summary))}`;
}

function turns({ summary }: ReportInput): Html {
  const table = turnTable(summary);
  if (table.rows.length === 0) return noFigure("Turns", "no request has finished");
  return html`<p>How the cache warms as conversations go on. The bar is the share of the turn's prompt tokens.</p>
${htmlTable(table)}`;
}

function store(input: ReportInput): Html {
  const { summary } = input;
  const paths = pathTable(input);
  const tables = [storeTrafficTable(summary), storeUpkeepTable(summary)];
  return html`${[...tables, ...(paths.rows.length === 0 ? [] : [paths])].map(titled)}`;
}

function overTime(input: ReportInput): Html {
  const arms = sampledArms(input);
  const labels = labelArms(input.summary.arms.map((arm) => arm.name));
  const why = whyNotSampled(input);
  return html`${chartOr(inFlightChart(input), "Requests in flight", "no request has finished")}
${chartOr(queueChart(arms, labels), "Requests in the engines", why)}
${chartOr(occupancyChart(arms, labels), "How full the tiers are", why)}
${faults(faultLines(input.summary))}`;
}

function faults(lines: readonly string[]): Html {
  if (lines.length === 0) return html`<p>No fault was seen.</p>`;
  return html`<h3>Faults</h3>
<ul>${lines.map((line) => html`<li class="bad">${line}</li>`)}</ul>`;
}

function validity({ manifest, summary }: ReportInput): Html {
  const diff = configDiffTable(manifest);
  return html`${summary.validity.length === 0 ? noFigure("Checks", "the run was not checked") : html`<div class="checks">${htmlTable(validityTable(summary))}</div>`}
<p>${ledgerLine(summary)}</p>
${folded("The ledger", ledgerTable(summary))}
${titled(floorTable(manifest))}
${diff.rows.length === 0 ? html`<p>The arms' configurations do not differ.</p>` : titled(diff)}`;
}

function theRun({ manifest }: ReportInput): Html {
  return html`${htmlTable(factsTable(manifest))}
${manifest.arms.map(
  (arm) => html`<details><summary>Configuration of ${arm.name}</summary>
<pre>${JSON.stringify(arm.config, null, 2)}</pre></details>
`,
)}`;
}

function chartOr(chart: Chart | null, title: string, why: string): Html {
  return chart === null ? noFigure(title, why) : figure(chart);
}

function titled(table: ReportTable): Html {
  return html`<h3>${table.title}</h3>
${htmlTable(table)}`;
}

function folded(title: string, table: ReportTable): Html {
  return table.rows.length === 0
    ? html``
    : html`<details><summary>${title}</summary>${htmlTable(table)}</details>`;
}
