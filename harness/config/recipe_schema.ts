// From a recipe file's contents to a Recipe. Shape only; placeholders are filled in by launch/recipe_plan.ts.

import { z } from "zod";
import { err, ok, type Result } from "../domain/result.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { valueAtPath } from "./config_tree.ts";
import type { Recipe } from "./recipe_config.ts";

export function parseRecipe(input: unknown): Result<Recipe, readonly ConfigProblem[]> {
  const parsed = recipeSchema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues.map((issue) => ({
      path: issue.path.length === 0 ? "recipe" : issue.path.join("."),
      rule: "must be as a recipe has it",
      got: valueAtPath(input, issue.path),
      next_step: `${issue.message}.`,
    })),
  );
}

const text = () => z.string().min(1);
const maybeText = () => text().nullable().default(null);
const port = () => z.int().min(1).max(65_535);
const portOrAuto = () => z.union([z.literal("auto"), port()]).default("auto");

const hookFields = {
  cmd: text(),
  repo_path: maybeText(),
  env: z.record(z.string(), z.coerce.string()).default({}),
};

const serviceShape = z.strictObject({
  ...hookFields,
  health_check: z.strictObject({
    url: text(),
    timeout_s: z.number().positive().default(600),
    poll_interval_s: z.number().positive().default(5),
  }),
});

const roleShape = z.strictObject({
  role: text(),
  count: z.int().min(1).default(1),
  nodes_per_instance: z.int().min(1).default(1),
  gpus_per_node: z.int().min(0).default(0),
  base_port: port().default(8_100),
  vllm_engine: serviceShape,
});

const remoteShape = z.strictObject({
  launcher: z.literal("slurm"),
  slurm: z.strictObject({
    partition: maybeText(),
    time_limit: maybeText(),
    nodelist: maybeText(),
    grace_period_s: z.number().min(0).nullable().default(null),
  }),
});

const recipeSchema: z.ZodType<Recipe> = z.strictObject({
  model: text(),
  mode: z.literal("local").default("local"),
  precheck: z.boolean().default(false),
  collect_env: z.boolean().default(false),
  router_port: portOrAuto(),
  prometheus_port: portOrAuto(),
  pre_serve: z.array(z.strictObject(hookFields)).default([]),
  serving: z.strictObject({
    roles: z.array(roleShape).min(1),
    router: serviceShape.nullable().default(null),
    remote: remoteShape.nullable().default(null),
  }),
  post_serve: z
    .array(z.union([z.strictObject({ vmon: z.enum(["start", "stop"]) }), z.strictObject(hookFields)]))
    .default([]),
});
