// The arms of a study: one frozen configuration per cell, each checked to differ from the first in nothing but the factors
// whose levels differ. Problems of all cells at once.

import { parseArmConfig } from "../../config/arm_schema.ts";
import type { Arm } from "../../config/build_arms.ts";
import { type ConfigDifference, configDifferences } from "../../config/config_diff.ts";
import { type ConfigProblem, formatConfigProblem } from "../../config/config_problem.ts";
import type { ConfigTree } from "../../config/config_tree.ts";
import { findFactor } from "../../config/factors/ab_choice.ts";
import { applyFactor } from "../../config/factors/apply_factor.ts";
import type { Factor, FactorLevel } from "../../config/factors/factor.ts";
import { checkFactorActs } from "../../config/factors/factor_acts.ts";
import { findLevel } from "../../config/factors/factor_level.ts";
import type { StudyConfig, StudyFactor } from "../../config/study_config.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type Cell, designCells, fractionOf, nameCell } from "./design_cells.ts";

export interface StudyCell {
  readonly cell: Cell;
  readonly arm: Arm;
  /** From the first cell: the declared differences and no others. */
  readonly differences: readonly ConfigDifference[];
}

type Problems = readonly ConfigProblem[];

/** `base_input`: the base's configuration before any factor is set. */
export function buildCells(study: StudyConfig, base_input: ConfigTree): Result<StudyCell[], Problems> {
  const factors = resolveFactors(study);
  if (!factors.ok) return factors;
  const fraction = checkResolution(study);
  if (fraction.length > 0) return err(fraction);
  const built = designCells(study).map((cell) => buildArm(study, factors.value, cell, base_input));
  const problems = built.flatMap((one) => (one.ok ? [] : one.error));
  if (problems.length > 0) return err(withoutRepeats(problems));
  const cells = built.flatMap((one) => (one.ok ? [one.value] : []));
  const configs = cells.map(({ arm }) => arm.config);
  const idle = factors.value.flatMap(({ factor }) => checkFactorActs(factor, configs));
  return idle.length > 0 ? err(idle) : declareDifferences(cells, factors.value);
}

interface ResolvedFactor {
  readonly factor: Factor;
  readonly levels: readonly FactorLevel[];
}

function resolveFactors({ factors }: StudyConfig): Result<ResolvedFactor[], Problems> {
  const resolved = factors.map(resolveFactor);
  const problems = resolved.flatMap((one) => (one.ok ? [] : one.error));
  if (problems.length > 0) return err(problems);
  return ok(resolved.flatMap((one) => (one.ok ? [one.value] : [])));
}

function resolveFactor({ name, levels }: StudyFactor): Result<ResolvedFactor, Problems> {
  const factor = findFactor(name);
  if (!factor.ok) return err([{ ...factor.error, path: `factors.${name}` }]);
  const found = levels.map((level) => findLevel(factor.value, level));
  const problems = found.flatMap((one) => (one.ok ? [] : [{ ...one.error, path: `factors.${name}` }]));
  if (problems.length > 0) return err(problems);
  const values = found.flatMap((one) => (one.ok ? [one.value] : []));
  if (new Set(values.map(({ value }) => value)).size === values.length) {
    return ok({ factor: factor.value, levels: values });
  }
  const next_step = "Leave out the level that means the same as another.";
  return err([{ path: `factors.${name}`, rule: "must have levels that differ", got: levels, next_step }]);
}

function checkResolution({ design, factors }: StudyConfig): ConfigProblem[] {
  if (design.kind !== "fractional") return [];
  const { resolution } = fractionOf(factors, design.generators);
  if (resolution === design.resolution) return [];
  return [
    {
      path: "design.resolution",
      rule: `must be the resolution of these generators (${resolution})`,
      got: design.resolution,
      next_step: `Write ${resolution}, or choose generators with longer products.`,
    },
  ];
}

function buildArm(
  { factors }: StudyConfig,
  resolved: readonly ResolvedFactor[],
  cell: Cell,
  base_input: ConfigTree,
): Result<{ readonly cell: Cell; readonly arm: Arm }, Problems> {
  const input = resolved.reduce(
    (tree, { factor, levels }, i) => applyFactor(tree, factor, levelAt(levels, cell[i])),
    base_input,
  );
  const config = parseArmConfig(input);
  if (!config.ok) return config;
  const levels = factors.map(({ name, levels }, i) => [name, levels[cell[i] ?? 0] ?? ""] as const);
  const arm = { name: nameCell(factors, cell), factors: Object.fromEntries(levels), config: config.value };
  return ok({ cell, arm });
}

function levelAt(levels: readonly FactorLevel[], index: number | undefined): FactorLevel {
  return present(levels[index ?? 0], "a cell names levels of its factors");
}

/** Refuses a cell that differs from the first in anything but its factors. */
function declareDifferences(
  cells: readonly Omit<StudyCell, "differences">[],
  factors: readonly ResolvedFactor[],
): Result<StudyCell[], Problems> {
  const first = present(cells[0], "a design has cells");
  const declared = cells.map(({ cell, arm }) => ({
    cell,
    arm,
    differences: configDifferences([first.arm.config, arm.config]),
  }));
  const problems = declared.flatMap(({ cell, arm, differences }) => {
    const paths = factors.flatMap(({ factor }, i) => (cell[i] === first.cell[i] ? [] : [factor.path]));
    return differences
      .filter(({ path }) => !paths.includes(path))
      .map(({ path, values }) => ({
        path,
        rule: `must be the same in ${first.arm.name} and ${arm.name}, which differ in ${paths.join(", ") || "nothing"}`,
        got: values,
        next_step: "Set it in the base of the study.",
      }));
  });
  return problems.length > 0 ? err(problems) : ok(declared);
}

/** Cells share most of their input, and so its problems. */
function withoutRepeats(problems: Problems): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [formatConfigProblem(problem), problem])).values()];
}
