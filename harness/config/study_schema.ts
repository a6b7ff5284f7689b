// From a study.yaml to a StudyConfig. Shapes and bounds here; that factors, levels and metrics exist is checked below, and
// that the cells are valid configurations by whoever builds them (study/build_cells.ts).

import { z } from "zod";
import { err, ok, type Result } from "../domain/result.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { deepFreeze } from "./deep_freeze.ts";
import { describeIssue } from "./describe_issue.ts";
import { suggestName } from "./nearest_name.ts";
import { problemWhen } from "./problem_when.ts";
import { countField, positiveField } from "./schema_fields.ts";
import type { StudyConfig } from "./study_config.ts";

/** `metrics`: those that can be compared; the caller's room knows them. */
export function parseStudy(
  input: unknown,
  metrics: readonly string[],
): Result<StudyConfig, readonly ConfigProblem[]> {
  const parsed = studySchema.safeParse(input);
  if (!parsed.success) {
    return err(parsed.error.issues.flatMap((issue) => describeIssue(issue, input, keysAt(issue.path))));
  }
  const study = toConfig(parsed.data);
  const problems = [checkClaim, checkMetrics, checkChanges, checkDesign].flatMap((check) =>
    check(study, metrics),
  );
  return problems.length === 0 ? ok(deepFreeze(study)) : err(problems);
}

/** YAML reads `500` as a number and `true` as a boolean; a level is its text. */
const levelField = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const changeShape = z.strictObject({
  metric: z.string().min(1),
  direction: z.enum(["lower", "higher", "unmoved"]),
  size: z
    .tuple([z.number().min(0), z.number().min(0)])
    .nullable()
    .default(null),
  because: z.string().min(1).nullable().default(null),
});

const claimShape = z.strictObject({
  text: z.string().min(1),
  source: z.string().min(1).nullable().default(null),
  factor: z.string().min(1),
  from: levelField,
  to: levelField,
  expects: z.array(changeShape).min(1),
});

const baseShape = z.strictObject({
  topology: z.string().min(1),
  profile: z.string().min(1).nullable().default(null),
  host: z.string().min(1).nullable().default(null),
  set: z.record(z.string(), z.unknown()).default({}),
});

const fractionalShape = z.strictObject({
  kind: z.literal("fractional"),
  generators: z.record(z.string(), z.array(z.string().min(1)).min(2)),
  resolution: z.int().min(3).max(7),
});

/** Fewer blocks have no interval over blocks. */
const BLOCKS_MIN = 2;

const studyFields = {
  name: z.string().regex(/^[a-z0-9_]+$/, "Use lower-case letters, digits and _"),
  claim: claimShape,
  base: baseShape,
  factors: z.record(z.string(), z.array(levelField).min(2)),
  design: z.union([z.enum(["full", "one_at_a_time"]), fractionalShape]).default("full"),
  blocks: countField(BLOCKS_MIN).default(6),
  seed: countField(0).default(1),
  metrics: z
    .array(z.string())
    .min(1)
    .default(["ttft_ms_mean", "ttft_ms_p90", "e2el_ms_mean", "hit_ratio", "requests_per_s"]),
  // As bench takes them.
  min_effect_pct: positiveField().default(2),
  min_effect_points: positiveField().default(1),
};
const studySchema = z.strictObject(studyFields);

function toConfig({ factors, design, ...rest }: z.infer<typeof studySchema>): StudyConfig {
  return {
    ...rest,
    factors: Object.entries(factors).map(([name, levels]) => ({ name, levels })),
    design: typeof design === "string" ? { kind: design } : design,
  };
}

function checkClaim({ claim, factors }: StudyConfig): ConfigProblem[] {
  const factor = factors.find(({ name }) => name === claim.factor);
  if (factor === undefined) {
    const names = factors.map(({ name }) => name);
    return [
      {
        path: "claim.factor",
        rule: "must be a factor of the study",
        got: claim.factor,
        next_step: suggestName(claim.factor, names),
      },
    ];
  }
  const levels = (["from", "to"] as const).flatMap((field) =>
    problemWhen(!factor.levels.includes(claim[field]), {
      path: `claim.${field}`,
      rule: `must be a level of ${factor.name} in this study`,
      got: claim[field],
      next_step: suggestName(claim[field], factor.levels),
    }),
  );
  return [
    ...levels,
    ...problemWhen(claim.from !== factor.levels[0], {
      path: "claim.from",
      rule: `must be the baseline, the first level of ${factor.name}`,
      got: claim.from,
      next_step: "Reorder the factor's levels.",
    }),
    ...problemWhen(claim.from === claim.to, {
      path: "claim.to",
      rule: "must differ from claim.from",
      got: claim.to,
      next_step: `Use another level of ${factor.name}.`,
    }),
  ];
}

function checkChanges({ claim: { expects }, metrics }: StudyConfig): ConfigProblem[] {
  return expects.flatMap(({ metric, direction, size }, i) => {
    const [least, most] = size ?? [0, 0];
    return [
      ...problemWhen(!metrics.includes(metric), {
        path: `claim.expects.${i}.metric`,
        rule: "must be among the study's metrics",
        got: metric,
        next_step: suggestName(metric, metrics),
      }),
      ...problemWhen(expects.findIndex((other) => other.metric === metric) < i, {
        path: `claim.expects.${i}.metric`,
        rule: "must be expected once",
        got: metric,
        next_step: "Remove one of the two.",
      }),
      ...problemWhen(least > most, {
        path: `claim.expects.${i}.size`,
        rule: "must be [smallest, largest]",
        got: size,
        next_step: "Swap them.",
      }),
      ...problemWhen(direction === "unmoved" && size !== null, {
        path: `claim.expects.${i}.size`,
        rule: "must not be given for a metric that is unmoved",
        got: size,
        next_step: "Leave it out: min_effect_pct and min_effect_points say what counts as unmoved.",
      }),
    ];
  });
}

function checkMetrics({ metrics }: StudyConfig, known: readonly string[]): ConfigProblem[] {
  return metrics.flatMap((metric, i) => checkMetric(`metrics.${i}`, metric, known));
}

function checkMetric(path: string, metric: string, known: readonly string[]): ConfigProblem[] {
  return problemWhen(!known.includes(metric), {
    path,
    rule: "must be a metric that can be compared",
    got: metric,
    next_step: suggestName(metric, known),
  });
}

/** Signs of a fraction are products of two levels, so only two-level factors have them. */
function checkDesign({ design, factors }: StudyConfig): ConfigProblem[] {
  if (design.kind !== "fractional") return [];
  const names = factors.map(({ name }) => name);
  const generated = Object.keys(design.generators);
  const wide = factors.find(({ levels }) => levels.length !== 2);
  return [
    ...problemWhen(wide !== undefined, {
      path: `factors.${wide?.name}`,
      rule: "must have two levels in a fractional design",
      got: wide?.levels,
      next_step: "Leave levels out, or use design: full or one_at_a_time.",
    }),
    ...problemWhen(generated.length === 0, {
      path: "design.generators",
      rule: "must generate at least one factor",
      got: design.generators,
      next_step: "Write for example `executors: [preferred_segment, split_trigger]`.",
    }),
    ...Object.entries(design.generators).flatMap(([name, parents]) => [
      ...problemWhen(!names.includes(name), {
        path: `design.generators.${name}`,
        rule: "must be a factor of the study",
        got: name,
        next_step: suggestName(name, names),
      }),
      ...parents
        .filter((parent) => !names.includes(parent) || generated.includes(parent))
        .map((parent) => ({
          path: `design.generators.${name}`,
          rule: "must be a product of factors that vary freely",
          got: parent,
          next_step: suggestName(
            parent,
            names.filter((one) => !generated.includes(one)),
          ),
        })),
    ]),
  ];
}

function keysAt(path: readonly PropertyKey[]): string[] {
  const shapes: Record<string, object> = {
    claim: claimShape.shape,
    base: baseShape.shape,
    design: fractionalShape.shape,
  };
  return Object.keys(path.length === 0 ? studyFields : (shapes[String(path[0])] ?? {}));
}
