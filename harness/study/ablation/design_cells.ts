// Which combinations of levels a study runs.

import type { StudyConfig, StudyFactor } from "../../config/study_config.ts";
import { completeCell, type Fraction, makeFraction } from "./fraction.ts";

/** [factors]: index of each factor's level; 0 is the baseline. */
export type Cell = readonly number[];

export function designCells({ factors, design }: StudyConfig): Cell[] {
  switch (design.kind) {
    case "full":
      return crossLevels(factors.map(({ levels }) => levels.length));
    case "one_at_a_time":
      return [baseline(factors), ...factors.flatMap((factor, i) => awayFromBaseline(factors, factor, i))];
    case "fractional": {
      const fraction = fractionOf(factors, design.generators);
      const free = fraction.parents.filter((parents) => parents === null).length;
      return crossLevels(new Array<number>(free).fill(2)).map((levels) => completeCell(fraction, levels));
    }
  }
}

/** `preferred_segment=local executors=shared` */
export function nameCell(factors: readonly StudyFactor[], cell: Cell): string {
  return factors.map(({ name, levels }, i) => `${name}=${levels[cell[i] ?? 0]}`).join(" ");
}

export function fractionOf(
  factors: readonly StudyFactor[],
  generators: Readonly<Record<string, readonly string[]>>,
): Fraction {
  return makeFraction(
    factors.map(({ name }) => name),
    generators,
  );
}

/** Every combination, the last factor varying fastest. */
function crossLevels(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>(
    (cells, count) => cells.flatMap((cell) => Array.from({ length: count }, (_, level) => [...cell, level])),
    [[]],
  );
}

function baseline(factors: readonly StudyFactor[]): number[] {
  return factors.map(() => 0);
}

function awayFromBaseline(factors: readonly StudyFactor[], { levels }: StudyFactor, i: number): number[][] {
  return levels.slice(1).map((_, level) => baseline(factors).with(i, level + 1));
}
