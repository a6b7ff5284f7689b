// What the self-test of the statistics found, as text.

import { cell, left, type ReportTable, right } from "../../../reports/tables/report_table.ts";
import { makePaint } from "../../../reports/terminal/ansi.ts";
import { terminalTable } from "../../../reports/terminal/terminal_table.ts";
import type { FamilyProof } from "../../study/family_proof.ts";
import {
  checkProof,
  describe,
  KNOWN_EFFECT_PCT,
  type Proportion,
  type StatisticsProof,
  unitWord,
} from "../../study/statistics_proof.ts";
import { HIT_RATIO_NOISE } from "./hit_ratio_pool.ts";
import type { PoolNoise } from "./selftest_stats_pool.ts";

export interface SelftestFigures extends PoolNoise {
  readonly seed: number;
  readonly proofs: readonly { readonly metric: string; readonly proof: StatisticsProof }[];
  /** Over the metrics of a comparison. */
  readonly family: FamilyProof;
  /** Of the two-level bootstrap, which decides nothing. */
  readonly bootstrap: readonly { readonly metric: string; readonly coverage: Proportion }[];
}

export function renderSelftest({
  seed,
  gpu_sd,
  host_sd,
  proofs,
  family,
  bootstrap,
}: SelftestFigures): string {
  const noise = `GPU speed ${(100 * gpu_sd).toFixed(1)} %, host software ${(100 * host_sd).toFixed(0)} % a run`;
  return [
    `A/A pairs from the simulator, seed ${seed}; noise put in: ${noise}`,
    `hit_ratio is not simulated, since it repeats exactly: a turn's prefix is found with a chance of ${HIT_RATIO_NOISE.found} ± ${HIT_RATIO_NOISE.found_sd} a run, which is assumed`,
    "",
    ...proofs.map(({ metric, proof }) => renderMetric(metric, proof)),
    renderFamily(family),
    "",
    `Beside the deciding interval: the bootstrap over pairs and conversations holds a known ${KNOWN_EFFECT_PCT} %`,
    ...bootstrap.map(({ metric, coverage }) => `  ${metric}: ${describe(coverage)}`),
  ].join("\n");
}

function renderFamily({ comparisons, metrics, any_p, any_p_holm, bound }: FamilyProof): string {
  return [
    `Over all ${metrics} metrics of ${comparisons} A/A comparisons`,
    `  ${any_p_holm <= bound ? "holds" : "FAILS"}  comparisons with any p_holm ≤ 0.05: ${any_p_holm}, at most ${bound}; with any p ≤ 0.05: ${any_p}`,
  ].join("\n");
}

function renderMetric(metric: string, proof: StatisticsProof): string {
  return [
    `${metric}: ${proof.comparisons} A/A comparisons of ${proof.pairs} pairs; one pair's change has ${proof.pair_sd_pct.toFixed(2)} ${unitWord(proof.unit)}`,
    ...checkProof(proof).map(({ what, ok }) => `  ${ok ? "holds" : "FAILS"}  ${what}`),
    `  false verdicts, minimum effect included: ${describe(proof.false_verdicts)}`,
    terminalTable(powerTable(proof), 120, makePaint(false)),
    "",
  ].join("\n");
}

/** Part of the comparisons that call a slowdown worse. */
function powerTable({ power, unit }: StatisticsProof): ReportTable {
  const effects = [...new Set(power.map(({ effect_pct }) => effect_pct))];
  const rows = Map.groupBy(power, ({ pairs }) => pairs);
  return {
    title: `Power: how often a ${unit === "percent" ? "slowdown" : "loss"} of this size is called worse (%)`,
    columns: [
      left("pairs"),
      ...effects.map((effect) => right(`${unit === "percent" ? "+" : "−"}${effect} ${unitWord(unit)}`)),
    ],
    rows: [...rows].map(([pairs, points]) => [
      cell(String(pairs)),
      ...points.map(({ detected }) => cell((100 * detected.ratio).toFixed(1))),
    ]),
  };
}
