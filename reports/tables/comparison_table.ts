// The comparisons of one candidate with the baseline, a row per metric. Advice is long and often shared by several rows, so it
// stands below the table (wording/next_steps.ts).

import type { Comparison } from "../../harness/measure/run_summary.ts";
import { formatChange, formatInterval, formatProbability, formatValue } from "../wording/format_value.ts";
import { VERDICT_WORDS } from "../wording/verdict_words.ts";
import { type Cell, cell, left, missingCell, type ReportTable, right } from "./report_table.ts";

/** `detail`: with the bootstrap interval and the p-values, which need room. */
export function comparisonTable(title: string, rows: readonly Comparison[], detail: boolean): ReportTable {
  const more = detail ? [right("bootstrap95_pct"), right("p_holm"), right("p_sign_flip")] : [];
  return {
    title,
    columns: [
      left("metric"),
      right("baseline"),
      right("candidate"),
      right("delta_pct"),
      right("ci95_pct"),
      ...more,
      left("verdict"),
    ],
    rows: rows.map((row) => comparisonRow(row, detail)),
  };
}

function comparisonRow(row: Comparison, detail: boolean): Cell[] {
  const unit = row.delta_unit ?? "percent";
  const { words, tone } = VERDICT_WORDS[row.verdict];
  return [
    cell(row.metric),
    cell(formatValue(row.baseline_value, unit)),
    cell(formatValue(row.candidate_value, unit)),
    cell(formatChange(row.delta_pct, unit)),
    cell(formatInterval(row.ci95_pct)),
    ...(detail ? detailCells(row) : []),
    cell(words, tone),
  ];
}

function detailCells({ bootstrap95_pct, p_holm, p_sign_flip }: Comparison): Cell[] {
  const probability = (p: number | undefined): Cell =>
    p === undefined ? missingCell("fewer than two pairs") : cell(formatProbability(p));
  return [
    bootstrap95_pct === undefined
      ? missingCell("a value of whole runs")
      : cell(formatInterval(bootstrap95_pct)),
    probability(p_holm),
    probability(p_sign_flip),
  ];
}
