// `--ab factor=level,level`: which switch a run compares, and at which levels. The first level is the baseline.

import { err, ok, type Result } from "../../domain/result.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { suggestName } from "../nearest_name.ts";
import type { Factor, FactorLevel } from "./factor.ts";
import { findLevel } from "./factor_level.ts";
import { FACTORS } from "./factor_registry.ts";

export interface AbChoice {
  readonly factor: Factor;
  /** At least two, all different; the first is the baseline. */
  readonly levels: readonly FactorLevel[];
}

/** Null for `none`. A factor alone means its usual pair of levels. */
export function parseAb(text: string): Result<AbChoice | null, readonly ConfigProblem[]> {
  if (text === "none") return ok(null);
  const equals = text.indexOf("=");
  const found = findFactor(equals === -1 ? text : text.slice(0, equals));
  if (!found.ok) return err([found.error]);
  const factor = found.value;

  const names = equals === -1 ? factor.default_pair : text.slice(equals + 1).split(",");
  const levels = names.map((name) => findLevel(factor, name.trim()));
  const problems = levels.flatMap((level) => (level.ok ? [] : [level.error]));
  if (problems.length > 0) return err(problems);
  return checkLevels(
    factor,
    levels.flatMap((level) => (level.ok ? [level.value] : [])),
    text,
  );
}

export function findFactor(name: string): Result<Factor, ConfigProblem> {
  const factor = FACTORS.find((candidate) => candidate.name === name);
  if (factor !== undefined) return ok(factor);
  return err({
    path: "--ab",
    rule: "must name a known factor, or none",
    got: name,
    next_step:
      ELSEWHERE.get(name) ??
      suggestName(
        name,
        FACTORS.map((candidate) => candidate.name),
      ),
  });
}

/** Factors of other commands. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["feature_backend", "Use bun run feature-stream --ab feature_backend=shared_dir,store."],
]);

function checkLevels(
  factor: Factor,
  levels: readonly FactorLevel[],
  text: string,
): Result<AbChoice, readonly ConfigProblem[]> {
  const distinct = new Set(levels.map((level) => level.value)).size;
  if (levels.length >= 2 && distinct === levels.length) return ok({ factor, levels });
  return err([
    {
      path: `--ab ${factor.name}`,
      rule: "must compare at least two levels, all different",
      got: text,
      next_step: `Use for example --ab ${factor.name}=${factor.default_pair.join(",")}, or --ab none for one arm.`,
    },
  ]);
}
