// From the options of a bench to its arms: one frozen configuration per level of the factor, the same but for that.

import { assert } from "../domain/assert.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ArmConfig } from "./arm_config.ts";
import { parseArmConfig } from "./arm_schema.ts";
import type { BenchOptions } from "./bench_options.ts";
import { unexpectedDifferences } from "./config_diff.ts";
import { type ConfigProblem, formatConfigProblem } from "./config_problem.ts";
import type { AbChoice } from "./factors/ab_choice.ts";
import { applyFactor } from "./factors/apply_factor.ts";
import { checkFactorActs } from "./factors/factor_acts.ts";

export interface Arm {
  /** `preferred_segment=local`; `only` for a run of one arm. */
  readonly name: string;
  /** Factor → level; empty for a run of one arm. */
  readonly factors: Readonly<Record<string, string>>;
  readonly config: ArmConfig;
}

export interface ArmPlan {
  /** `3p1d_conversation_like_preferred_segment`, for the run directory and reports. */
  readonly scenario: string;
  /** Null for a run of one arm. */
  readonly factor_name: string | null;
  /** The one configuration path in which the arms differ; null for a run of one arm. */
  readonly factor_path: string | null;
  /** The first is the baseline. */
  readonly arms: readonly Arm[];
}

export function buildArms(options: BenchOptions): Result<ArmPlan, readonly ConfigProblem[]> {
  const { ab, config_input } = options;
  const inputs =
    ab === null
      ? [{ name: "only", factors: {}, input: config_input }]
      : ab.levels.map((level) => ({
          name: `${ab.factor.name}=${level.name}`,
          factors: { [ab.factor.name]: level.name },
          input: applyFactor(config_input, ab.factor, level),
        }));
  const parsed = inputs.map(({ name, factors, input }) => ({
    name,
    factors,
    config: parseArmConfig(input, process.env),
  }));
  const arms = parsed.flatMap(({ name, factors, config }) =>
    config.ok ? [{ name, factors, config: config.value }] : [],
  );
  const problems = parsed.flatMap(({ config }) => (config.ok ? [] : config.error));
  const configs = arms.map((arm) => arm.config);
  if (ab !== null) problems.push(...checkFactorActs(ab.factor, configs));
  return problems.length > 0 ? err(withoutRepeats(problems)) : ok(planArms(ab, arms));
}

function planArms(ab: AbChoice | null, arms: readonly Arm[]): ArmPlan {
  const baseline = arms[0];
  assert(baseline !== undefined, "a run has an arm");
  const factor_path = ab?.factor.path ?? null;
  const configs = arms.map((arm) => arm.config);
  assert(unexpectedDifferences(configs, factor_path).length === 0, "arms differ in the declared factor only");
  const { topology, workload } = baseline.config;
  return {
    scenario: [topology, workload.name, ...(ab === null ? [] : [ab.factor.name])].join("_"),
    factor_name: ab?.factor.name ?? null,
    factor_path,
    arms,
  };
}

/** Arms share most of their input, and so its problems. */
function withoutRepeats(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [formatConfigProblem(problem), problem])).values()];
}
