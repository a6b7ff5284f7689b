// A noise profile as text: spreads, and what they mean for comparisons.

import { cell, left, missingCell, type ReportTable, right } from "../../../reports/tables/report_table.ts";
import { makePaint } from "../../../reports/terminal/ansi.ts";
import { terminalTable } from "../../../reports/terminal/terminal_table.ts";
import { formatNumber } from "../../../reports/wording/format_value.ts";
import type { NoiseMetric, NoiseProfile } from "../../domain/noise_profile.ts";
import { pairsToSee } from "../../study/noise_forecast.ts";

/** Percent of a latency or a rate, points of a ratio. */
const EFFECTS = [2, 5, 10];
const WIDTH = 120;

export function renderNoise(profile: NoiseProfile): string {
  return [
    `noise of ${profile.scenario} on ${profile.host}: ${profile.pairs} A/A pairs`,
    "pair_sd: standard deviation of one pair's change (pp: percentage points). within: what conversations make of it, which",
    "longer runs lower; between: the rest, which only more pairs lower. pairs: those that see a change of this size with 80 % power.",
    "",
    terminalTable(noiseTable(profile), WIDTH, makePaint(false)),
  ].join("\n");
}

function noiseTable({ metrics }: NoiseProfile): ReportTable {
  return {
    title: "Spread of one pair's change",
    columns: [
      ...[left("metric"), right("mean"), left("unit")],
      ...[right("pair_sd"), right("within_sd"), right("between_sd")],
      ...EFFECTS.map((effect) => right(`pairs for ${effect}`)),
    ],
    rows: metrics.map((noise) => [
      cell(noise.metric),
      cell(formatNumber(noise.mean)),
      cell(noise.unit === "percent" ? "%" : "pp"),
      cell(noise.pair_sd.toFixed(2)),
      spreadCell(noise.within_sd),
      spreadCell(noise.between_sd),
      ...EFFECTS.map((effect) => pairsCell(effect, noise)),
    ]),
  };
}

function spreadCell(sd: number | null): ReturnType<typeof cell> {
  return sd === null ? missingCell("a figure of whole runs") : cell(sd.toFixed(2));
}

function pairsCell(effect: number, noise: NoiseMetric): ReturnType<typeof cell> {
  const pairs = pairsToSee(effect, noise);
  return pairs === null ? missingCell("more than 200") : cell(String(pairs));
}
