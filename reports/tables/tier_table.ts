// Where prompt tokens came from, per arm: each tier, all of them, what was computed, and what a cache without limit would hit.

import { formatBytes } from "../../harness/domain/units.ts";
import { TIERS } from "../../harness/domain/tier.ts";
import { na, sumOf, withAll } from "../../harness/measure/measured.ts";
import type { ArmSummary, RunSummary, TierSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount, formatNumber, formatRatio } from "../wording/format_value.ts";
import { type Cell, cell, left, measuredCell, type ReportTable, right } from "./report_table.ts";

export function tierTable({ arms }: RunSummary): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "Hits by tier (of prompt tokens)",
    columns: [
      left(labels.column),
      left("tier"),
      right("hit_tokens"),
      right("hit_ratio"),
      right("bytes"),
      right("load_ms_p50"),
    ],
    rows: arms.flatMap((arm) =>
      tierRows(arm).map(({ what, tier }) => [cell(labels.of(arm.name)), cell(what), ...tierCells(tier)]),
    ),
  };
}

interface TierRow {
  readonly what: string;
  readonly tier: TierSummary;
}

function tierRows({ tiers }: ArmSummary): TierRow[] {
  const nothing_moved = { bytes: na("not a tier"), load_ms_p50: na("not a tier") };
  const all_ratio = withAll([tiers.miss.ratio], ([ratio = 0]) => 1 - ratio);
  const all_tokens = sumOf(TIERS.map((tier) => tiers[tier].hit_tokens));
  return [
    ...TIERS.map((tier) => ({ what: tier as string, tier: tiers[tier] })),
    { what: "all tiers", tier: { ...nothing_moved, hit_tokens: all_tokens, hit_ratio: all_ratio } },
    { what: "miss", tier: { ...nothing_moved, hit_tokens: tiers.miss.tokens, hit_ratio: tiers.miss.ratio } },
    {
      what: "ceiling",
      tier: {
        ...nothing_moved,
        hit_tokens: na("a ratio of the trace"),
        hit_ratio: tiers.theoretical_hit_ratio,
      },
    },
  ];
}

function tierCells(tier: TierSummary): Cell[] {
  return [
    measuredCell(tier.hit_tokens, formatCount),
    measuredCell(tier.hit_ratio, formatRatio),
    measuredCell(tier.bytes, formatBytes),
    measuredCell(tier.load_ms_p50, formatNumber),
  ];
}
