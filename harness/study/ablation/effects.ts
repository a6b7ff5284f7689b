// What each factor of a study did: main effects and two-factor interactions as contrasts within blocks, each with Student's t
// interval over blocks (stats/pair_interval.ts), the sign-flip p beside it, and Holm over everything that was tested.
//
//   main effect     mean of the cells at a level against mean of those at the baseline level; in a one_at_a_time design of
//                   the one cell against the baseline cell
//   interaction     by how much the effect of A differs between B's level and B's baseline (a difference of differences, in
//                   the unit of the effects); only where the design separates it from main effects and other interactions

import type { Random } from "../../clock/random.ts";
import type { StudyConfig } from "../../config/study_config.ts";
import { mean } from "../../stats/distribution.ts";
import { adjustHolm } from "../../stats/holm.ts";
import { type PairValues, pairInterval } from "../../stats/pair_interval.ts";
import { signFlipP } from "../../stats/sign_flip.ts";
import {
  DEFAULT_MIN_EFFECT_PCT,
  DEFAULT_MIN_EFFECT_POINTS,
  decideVerdict,
  type Verdict,
} from "../../stats/verdict.ts";
import type { ComparedMetric } from "../compared_metric.ts";
import { COMPARED_METRICS } from "../compared_metrics.ts";
import type { MetricValues } from "../metric_values.ts";
import type { Cell } from "./design_cells.ts";

/** One block: [cells] metric values. */
export type BlockValues = readonly MetricValues[];

export interface StudyEffect {
  readonly kind: "main" | "interaction";
  /** `preferred_segment: off → local`, or `preferred_segment=local × executors=shared` */
  readonly name: string;
  /** Of a main effect, else of the interaction's first. */
  readonly factor: string;
  readonly from: string;
  readonly to: string;
  readonly metric: string;
  readonly unit: ComparedMetric["unit"];
  /** In percent of the baseline cells, or points; likewise ci95. */
  readonly estimate: number;
  readonly ci95: readonly [number, number];
  readonly blocks: number;
  readonly p_value: number;
  readonly p_sign_flip: number;
  readonly p_holm: number;
  readonly verdict: Verdict;
}

/** Of every metric that all cells of all blocks have; by metric, main effects first. */
export function studyEffects(
  study: StudyConfig,
  cells: readonly Cell[],
  blocks: readonly BlockValues[],
  random: Random,
): StudyEffect[] {
  const contrasts = [...mainContrasts(study, cells), ...interactionContrasts(study, cells)];
  const effects = study.metrics.flatMap((name) => {
    const metric = COMPARED_METRICS.find((one) => one.metric === name);
    const tables = blocks.map((block) => block.map((values) => values[name]));
    if (metric === undefined || tables.some((cells) => cells.includes(undefined))) return [];
    const numbers = tables.map((cells) => cells.map(Number));
    return contrasts.flatMap((contrast) => estimate(contrast, metric, numbers, random) ?? []);
  });
  const adjusted = adjustHolm(effects.map(({ p_value }) => p_value));
  return effects.map((effect, i) => ({ ...effect, p_holm: adjusted[i] ?? 1 }));
}

interface Contrast extends Pick<StudyEffect, "kind" | "name" | "factor" | "from" | "to"> {
  /** From one block's [cells] to the pair whose change is the effect. */
  readonly of: (values: readonly number[]) => PairValues;
}

function mainContrasts({ factors, design }: StudyConfig, cells: readonly Cell[]): Contrast[] {
  return factors.flatMap(({ name, levels }, i) =>
    levels.slice(1).map((to, below): Contrast => {
      const low = indicesWhere(cells, (cell) => cell[i] === 0 && isComparable(cell));
      const high = indicesWhere(cells, (cell) => cell[i] === below + 1 && isComparable(cell));
      const from = levels[0] ?? "";
      return {
        ...{ kind: "main", name: `${name}: ${from} → ${to}`, factor: name, from, to },
        of: (values) => ({ baseline: meanAt(values, low), candidate: meanAt(values, high) }),
      };
      /** One at a time, the baseline cell stands alone against each other one. */
      function isComparable(cell: Cell): boolean {
        return design.kind !== "one_at_a_time" || cell.every((level, j) => j === i || level === 0);
      }
    }),
  );
}

/** Needs all four combinations in equal company: a full design, or a fraction of resolution V or more. */
function interactionContrasts({ factors, design }: StudyConfig, cells: readonly Cell[]): Contrast[] {
  if (design.kind === "one_at_a_time") return [];
  if (design.kind === "fractional" && design.resolution < 5) return [];
  return factors.flatMap((a, i) =>
    factors.slice(i + 1).flatMap((b, after) => {
      const j = i + 1 + after;
      return a.levels.slice(1).flatMap((a_to, a_below) =>
        b.levels.slice(1).map((b_to, b_below): Contrast => {
          const at = (a_level: number, b_level: number): number[] =>
            indicesWhere(cells, (cell) => cell[i] === a_level && cell[j] === b_level);
          const corners = [at(0, 0), at(a_below + 1, 0), at(0, b_below + 1), at(a_below + 1, b_below + 1)];
          return {
            ...{ kind: "interaction", name: `${a.name}=${a_to} × ${b.name}=${b_to}` },
            ...{ factor: a.name, from: a.levels[0] ?? "", to: a_to },
            of: (values) => differenceOfDifferences(corners.map((corner) => meanAt(values, corner))),
          };
        }),
      );
    }),
  );
}

/** Corners: neither, a alone, b alone, both. */
function differenceOfDifferences([neither = 0, a = 0, b = 0, both = 0]: readonly number[]): PairValues {
  return { baseline: neither, candidate: neither + (both - b) - (a - neither) };
}

/** Null: the baseline is zero. */
function estimate(
  { of, ...naming }: Contrast,
  { metric, unit, goodness }: ComparedMetric,
  blocks: readonly (readonly number[])[],
  random: Random,
): StudyEffect | null {
  const pairs = blocks.map(of);
  const interval = pairInterval(pairs, unit);
  if (interval === null) return null;
  const min_effect = unit === "percent" ? DEFAULT_MIN_EFFECT_PCT : DEFAULT_MIN_EFFECT_POINTS;
  const flips = random.fork(`${metric} ${naming.name}`);
  return {
    ...naming,
    metric,
    unit,
    estimate: interval.estimate,
    ci95: [interval.lo, interval.hi],
    blocks: blocks.length,
    p_value: interval.p_value,
    p_sign_flip: signFlipP(
      pairs.map(({ baseline, candidate }) => candidate - baseline),
      flips,
    ),
    p_holm: interval.p_value,
    verdict: decideVerdict({ ...interval, pairs: blocks.length, min_effect, goodness }),
  };
}

function indicesWhere(cells: readonly Cell[], holds: (cell: Cell) => boolean): number[] {
  return cells.flatMap((cell, index) => (holds(cell) ? [index] : []));
}

function meanAt(values: readonly number[], indices: readonly number[]): number {
  return mean(indices.map((index) => Number(values[index])));
}
