// What a study compares: main effects and two-factor interactions, each as a contrast between the cells of one block.
//
//   main effect     mean of the cells at a level against mean of those at the baseline level; in a one_at_a_time design of
//                   the one cell against the baseline cell
//   interaction     by how much the effect of A differs between B's level and B's baseline (a difference of differences, in
//                   the unit of the effects); only where the design separates it from main effects and other interactions

import type { StudyConfig } from "../../config/study_config.ts";
import type { Contrast } from "../../stats/contrast_bootstrap.ts";
import { mean } from "../../stats/distribution.ts";
import type { PairValues } from "../../stats/pair_interval.ts";
import type { Cell } from "./design_cells.ts";

export interface StudyContrast {
  readonly kind: "main" | "interaction";
  /** `preferred_segment: off → local`, or `preferred_segment=local × executors=shared` */
  readonly name: string;
  /** Of a main effect, else of the interaction's first. */
  readonly factor: string;
  readonly from: string;
  readonly to: string;
  /** From one block's [cells] to the pair whose change is the effect. */
  readonly of: Contrast;
}

/** Main effects first. */
export function studyContrasts(study: StudyConfig, cells: readonly Cell[]): StudyContrast[] {
  return [...mainContrasts(study, cells), ...interactionContrasts(study, cells)];
}

function mainContrasts({ factors, design }: StudyConfig, cells: readonly Cell[]): StudyContrast[] {
  return factors.flatMap(({ name, levels }, i) =>
    levels.slice(1).map((to, below): StudyContrast => {
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
function interactionContrasts({ factors, design }: StudyConfig, cells: readonly Cell[]): StudyContrast[] {
  if (design.kind === "one_at_a_time") return [];
  if (design.kind === "fractional" && design.resolution < 5) return [];
  return factors.flatMap((a, i) =>
    factors.slice(i + 1).flatMap((b, after) => {
      const j = i + 1 + after;
      return a.levels.slice(1).flatMap((a_to, a_below) =>
        b.levels.slice(1).map((b_to, b_below): StudyContrast => {
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

function indicesWhere(cells: readonly Cell[], holds: (cell: Cell) => boolean): number[] {
  return cells.flatMap((cell, index) => (holds(cell) ? [index] : []));
}

function meanAt(values: readonly number[], indices: readonly number[]): number {
  return mean(indices.map((index) => Number(values[index])));
}
