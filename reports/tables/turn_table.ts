// How the cache warms as conversations go on: per turn, each arm's TTFT and where its prompt came from.

import { TIERS } from "../../harness/domain/tier.ts";
import { isAvailable } from "../../harness/measure/measured.ts";
import type { Measured, RunSummary, TurnSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount, formatNumber, formatRatio } from "../wording/format_value.ts";
import { type Cell, cell, left, measuredCell, type ReportTable, right } from "./report_table.ts";

export function turnTable({ arms }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  const rows = arms.flatMap((arm) => arm.turns.map((turn) => ({ arm: labels.of(arm.name), turn })));
  const by_turn = Map.groupBy(rows, ({ turn }) => turn.turn_index);
  return {
    title: "Turn by turn",
    blocks: true,
    columns: [
      right("turn"),
      left(labels.column),
      right("requests"),
      right("ttft_ms_mean"),
      ...TIERS.map((tier) => right(`hit_ratio ${tier}`)),
    ],
    rows: [...by_turn.keys()]
      .sort((a, b) => a - b)
      .flatMap((index) => (by_turn.get(index) ?? []).map(({ arm, turn }) => turnRow(arm, turn))),
  };
}

/** Turns are counted from 0 in files and from 1 for people. */
function turnRow(arm: string, turn: TurnSummary): Cell[] {
  return [
    cell(String(turn.turn_index + 1)),
    cell(arm),
    cell(formatCount(turn.requests)),
    measuredCell(turn.ttft_ms_mean, formatNumber),
    ...TIERS.map((tier) => ratioCell(turn.hit_ratio[tier])),
  ];
}

function ratioCell(ratio: Measured): Cell {
  const shown = measuredCell(ratio, formatRatio);
  return isAvailable(ratio) ? { ...shown, share: ratio } : shown;
}
