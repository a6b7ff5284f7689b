// From a nightly suite's YAML to a SuiteConfig: scenarios of one arm each, run every night with the same seeds.

import { z } from "zod";
import { err, ok, type Result } from "../domain/result.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { deepFreeze } from "./deep_freeze.ts";
import { describeIssue } from "./describe_issue.ts";
import { suggestName } from "./nearest_name.ts";
import { problemWhen } from "./problem_when.ts";
import { countField } from "./schema_fields.ts";
import type { StudyBase } from "./study_config.ts";

export interface SuiteConfig {
  readonly name: string;
  readonly scenarios: readonly SuiteScenario[];
  /** Repetitions of each scenario a night, each with a seed of its own that is the same every night. */
  readonly pairs: number;
  readonly seed: number;
  readonly metrics: readonly string[];
}

export interface SuiteScenario extends Omit<StudyBase, "host"> {
  readonly name: string;
}

/** `metrics`: those that can be compared; the caller's room knows them. */
export function parseSuite(
  input: unknown,
  metrics: readonly string[],
): Result<SuiteConfig, readonly ConfigProblem[]> {
  const parsed = suiteSchema.safeParse(input);
  if (!parsed.success) {
    return err(parsed.error.issues.flatMap((issue) => describeIssue(issue, input, keysAt(issue.path))));
  }
  const problems = [...checkNames(parsed.data), ...checkMetrics(parsed.data, metrics)];
  return problems.length === 0 ? ok(deepFreeze(parsed.data)) : err(problems);
}

const scenarioShape = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]+$/, "Use lower-case letters, digits and _"),
  topology: z.string().min(1),
  profile: z.string().min(1).nullable().default(null),
  set: z.record(z.string(), z.unknown()).default({}),
});

/** Two pairs are the fewest that have an interval. */
const suiteShape = z.strictObject({
  name: z.string().min(1),
  scenarios: z.array(scenarioShape).min(1),
  pairs: countField(2).default(4),
  seed: countField(0).default(1),
  metrics: z.array(z.string()).min(1).default(["ttft_ms_mean", "ttft_ms_p90", "e2el_ms_mean", "hit_ratio"]),
});
const suiteSchema: z.ZodType<SuiteConfig> = suiteShape;

function checkNames({ scenarios }: SuiteConfig): ConfigProblem[] {
  const names = scenarios.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  return problemWhen(repeated !== undefined, {
    path: "scenarios",
    rule: "must have names of their own",
    got: repeated,
    next_step: "Rename one: its history is kept under its name.",
  });
}

function checkMetrics({ metrics }: SuiteConfig, known: readonly string[]): ConfigProblem[] {
  return metrics.flatMap((metric, i) =>
    problemWhen(!known.includes(metric), {
      path: `metrics.${i}`,
      rule: "must be a metric that can be compared",
      got: metric,
      next_step: suggestName(metric, known),
    }),
  );
}

function keysAt(path: readonly PropertyKey[]): string[] {
  return Object.keys(path.length === 0 ? suiteShape.shape : scenarioShape.shape);
}
