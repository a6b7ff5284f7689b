// Two-level cluster bootstrap of contrasts between the cells of an experiment: blocks are drawn with replacement, then within
// each drawn block its sessions, jointly in all cells, so that what a session has in common in them cancels. A contrast turns
// one value a cell into a baseline and a candidate; the change is that of their means over the drawn blocks. All contrasts are
// computed from the same draws. Percentile intervals; Davison & Hinkley (1997), 3.8, on resampling in a hierarchy.

import { assert } from "../domain/assert.ts";
import { changeOf, type DeltaUnit } from "./change.ts";
import { mean } from "./distribution.ts";
import type { PairValues } from "./pair_interval.ts";
import { quantile, sortAscending } from "./quantile.ts";
import type { RandomSource } from "./random_source.ts";
import type { SessionStatistic } from "./session_statistic.ts";

/** [sessions][cells] of one block: each session as every cell ran it. */
export type ClusterBlock<S> = readonly (readonly S[])[];

/** From [cells] values of one block. */
export type Contrast = (values: readonly number[]) => PairValues;

/** 2.5 % of fewer is less than one. */
const RESAMPLES_MIN = 40;

export interface BootstrapOptions {
  /** What is drawn: blocks (pairs of runs) and then their sessions, or sessions of every block as it is. */
  readonly levels: "pairs_and_sessions" | "sessions";
  readonly unit: DeltaUnit;
  readonly resamples: number;
  readonly random: RandomSource;
}

/** In the unit of the change. */
export interface BootstrapInterval {
  readonly lo: number;
  readonly hi: number;
  /** Standard deviation of the resampled change. */
  readonly se: number;
}

/** [contrasts] null: more than half of the resamples have no value (no sample in a cell, or a baseline of zero). */
export function bootstrapContrasts<S>(
  blocks: readonly ClusterBlock<S>[],
  statistic: SessionStatistic<S>,
  contrasts: readonly Contrast[],
  options: BootstrapOptions,
): (BootstrapInterval | null)[] {
  assert(blocks.length > 0 && blocks.every((block) => block.length > 0), "every block has sessions");
  assert(options.resamples >= RESAMPLES_MIN, `a 95 % interval has at least ${RESAMPLES_MIN} resamples`);
  const changes = contrasts.map((): number[] => []);
  for (let i = 0; i < options.resamples; i++) {
    const drawn = drawBlocks(blocks, statistic, options);
    if (drawn === null) continue;
    for (const [at, contrast] of contrasts.entries()) {
      const change = changeOfMeans(drawn, contrast, options.unit);
      if (change !== null) changes[at]?.push(change);
    }
  }
  return changes.map((of_contrast) => intervalOf(of_contrast, options.resamples));
}

/** [drawn blocks][cells]; null: a cell has no value. */
function drawBlocks<S>(
  blocks: readonly ClusterBlock<S>[],
  statistic: SessionStatistic<S>,
  { levels, random }: BootstrapOptions,
): number[][] | null {
  const values: number[][] = [];
  for (const own of blocks) {
    const block = levels === "sessions" ? own : (blocks[random.below(blocks.length)] ?? own);
    const drawn = block.map((session) => block[random.below(block.length)] ?? session);
    const cells = cellValues(drawn, statistic);
    if (cells === null) return null;
    values.push(cells);
  }
  return values;
}

function cellValues<S>(sessions: ClusterBlock<S>, statistic: SessionStatistic<S>): number[] | null {
  const cell_count = sessions[0]?.length ?? 0;
  const values: number[] = [];
  for (let cell = 0; cell < cell_count; cell++) {
    const value = statistic(sessions.flatMap((session) => session.slice(cell, cell + 1)));
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

function changeOfMeans(
  drawn: readonly (readonly number[])[],
  contrast: Contrast,
  unit: DeltaUnit,
): number | null {
  let baseline = 0;
  let candidate = 0;
  for (const [i, values] of drawn.entries()) {
    const pair = contrast(values);
    baseline += (pair.baseline - baseline) / (i + 1);
    candidate += (pair.candidate - candidate) / (i + 1);
  }
  return changeOf(baseline, candidate, unit);
}

function intervalOf(changes: readonly number[], resamples: number): BootstrapInterval | null {
  if (changes.length < resamples / 2) return null;
  const ascending = sortAscending(changes);
  return {
    lo: quantile(ascending, 0.025),
    hi: quantile(ascending, 0.975),
    se: standardDeviation(changes),
  };
}

/** Of at least two values. */
function standardDeviation(values: readonly number[]): number {
  const average = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
