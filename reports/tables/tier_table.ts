// Where prompt tokens came from, per arm: each tier, all of them, what was computed, and what a cache without limit would hit.

import { TIERS } from "../../harness/domain/tier.ts";
import { formatBytes } from "../../harness/domain/units.ts";
import { isAvailable, na, sumOf, withAll } from "../../harness/measure/measured.ts";
import type { ArmSummary, Measured, RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount, formatNumber, formatRatio } from "../wording/format_value.ts";
import {
  type Cell,
  cell,
  left,
  measuredCell,
  NOT_APPLICABLE,
  type ReportTable,
  right,
} from "./report_table.ts";

export function tierTable({ arms }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "Hits by tier (of prompt tokens)",
    blocks: true,
    columns: [
      left(labels.column),
      left("tier"),
      right("hit_tokens"),
      right("hit_ratio"),
      right("bytes"),
      right("load_ms_p50"),
    ],
    rows: arms.flatMap((arm) => tierRows(arm).map((row) => [cell(labels.of(arm.name)), ...row])),
  };
}

function tierRows({ tiers }: ArmSummary): Cell[][] {
  const each = TIERS.map((name) => {
    const { hit_tokens, hit_ratio, bytes, load_ms_p50 } = tiers[name];
    return [
      cell(name),
      measuredCell(hit_tokens, formatCount),
      measuredCell(hit_ratio, formatRatio),
      measuredCell(bytes, formatBytes),
      measuredCell(load_ms_p50, formatNumber),
    ];
  });
  const by_tier = sumOf(TIERS.map((name) => tiers[name].hit_tokens));
  const all_tokens = isAvailable(by_tier) ? by_tier : hitsBesideMisses(tiers.miss);
  const all_ratio = withAll([tiers.miss.ratio], ([ratio = 0]) => 1 - ratio);
  return [
    ...each,
    tokenCells("all tiers", measuredCell(all_tokens, formatCount), all_ratio),
    tokenCells("miss", measuredCell(tiers.miss.tokens, formatCount), tiers.miss.ratio),
    tokenCells("ceiling", NOT_APPLICABLE, tiers.theoretical_hit_ratio),
  ];
}

/** Of a server that tells how much was cached, and not where. */
function hitsBesideMisses({ tokens, ratio }: ArmSummary["tiers"]["miss"]): Measured {
  return withAll([tokens, ratio], ([missed = 0, part = 0]) =>
    part > 0 ? Math.round(missed / part - missed) : na("no prompt token was missed"),
  );
}

function tokenCells(what: string, tokens: Cell, ratio: Measured): Cell[] {
  return [cell(what), tokens, measuredCell(ratio, formatRatio), NOT_APPLICABLE, NOT_APPLICABLE];
}
