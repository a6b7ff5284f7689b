import { err, ok, type Result } from "../../domain/result.ts";
import { parseSize } from "../../domain/units.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { suggestName } from "../nearest_name.ts";
import type { Factor, FactorLevel, FactorUnit } from "./factor.ts";

/** The level that `text` means: a name, an alias, or a number for a numeric factor. An unavailable level is a problem. */
export function findLevel(factor: Factor, text: string): Result<FactorLevel, ConfigProblem> {
  const path = `--ab ${factor.name}`;
  if (typeof factor.levels === "string") return numericLevel(path, factor.levels, text);

  const name = factor.aliases[text] ?? text;
  const level = factor.levels.find((candidate) => candidate.name === name);
  const runnable = factor.levels
    .map((candidate) => candidate.name)
    .filter((candidate) => factor.unavailable[candidate] === undefined);
  if (level === undefined) {
    return err({
      path,
      rule: "must be one of the factor's levels",
      got: text,
      next_step: suggestName(
        text,
        factor.levels.map((candidate) => candidate.name),
      ),
    });
  }
  const reason = factor.unavailable[level.name];
  if (reason === undefined) return ok(level);
  return err({
    path,
    rule: `must be available (${reason})`,
    got: text,
    next_step: runnable.length > 1 ? suggestName(undefined, runnable) : "Choose another factor.",
  });
}

const EXAMPLE = { bytes: "64MiB", ms: "500", tokens: "256", count: "2" } as const;

function numericLevel(path: string, unit: FactorUnit, text: string): Result<FactorLevel, ConfigProblem> {
  const value = unit === "bytes" ? parseSize(text) : /^\d+$/.test(text) ? Number(text) : undefined;
  if (value !== undefined) return ok({ name: text, value });
  return err({
    path,
    rule: unit === "bytes" ? "must be a size" : `must be a whole number of ${unit}`,
    got: text,
    next_step: `Use for example ${EXAMPLE[unit]}.`,
  });
}
