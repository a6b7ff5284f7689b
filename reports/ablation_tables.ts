// Tables of a study: what each factor did, the cells, and how their configurations differ.

import type { StudyEffect } from "../harness/study/ablation/effects.ts";
import type { CellOutcome, StudyOutcome } from "../harness/study/ablation/study_outcome.ts";
import { type Cell, cell, left, missingCell, type ReportTable, right } from "./tables/report_table.ts";
import { formatChange, formatInterval, formatNumber, formatProbability } from "./wording/format_value.ts";
import { VERDICT_WORDS } from "./wording/verdict_words.ts";

/** Largest first within each metric. */
export function effectsTable({ effects, design }: StudyOutcome): ReportTable {
  const ranks = new Map<string, number>();
  return {
    title: `Effects, ranked (${design})`,
    columns: [
      left("metric"),
      right("rank"),
      left("effect"),
      right("change"),
      right("ci95"),
      right("bootstrap95"),
      right("p_holm"),
      right("p_sign_flip"),
      left("verdict"),
    ],
    blocks: true,
    rows: effects.map((effect) => {
      const rank = (ranks.get(effect.metric) ?? 0) + 1;
      ranks.set(effect.metric, rank);
      return effectRow(effect, rank);
    }),
  };
}

function effectRow(effect: StudyEffect, rank: number): Cell[] {
  const { words, tone } = VERDICT_WORDS[effect.verdict];
  return [
    cell(effect.metric),
    cell(String(rank)),
    cell(effect.name),
    cell(formatChange(effect.estimate, effect.unit)),
    cell(formatInterval(effect.ci95)),
    effect.bootstrap95 === null
      ? missingCell("a figure of whole runs, or their records are gone")
      : cell(formatInterval(effect.bootstrap95)),
    cell(formatProbability(effect.p_holm)),
    cell(formatProbability(effect.p_sign_flip)),
    cell(words, tone),
  ];
}

export function cellsTable({ cells, metrics }: StudyOutcome): ReportTable {
  return {
    title: "Cells, means over blocks",
    columns: [left("cell"), ...metrics.map(right)],
    rows: cells.map(({ name, means }) => [cell(name), ...means.map(meanCell)]),
  };
}

function meanCell(mean: number | null): Cell {
  return mean === null ? missingCell("not reported in every block") : cell(formatNumber(mean));
}

export function cellDifferencesTable(
  cells: readonly Pick<CellOutcome, "name" | "differences">[],
): ReportTable {
  return {
    title: "Configuration differences from the first cell",
    columns: [left("cell"), left("setting"), left("first"), left("this")],
    blocks: true,
    rows: cells.flatMap(({ name, differences }) =>
      differences.map(({ path, values }) => [
        cell(name),
        cell(path),
        ...values.map((value) => cell(JSON.stringify(value) ?? "unset")),
      ]),
    ),
  };
}
