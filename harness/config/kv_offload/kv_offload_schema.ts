// Untrusted input to an OffloadConfig, or every problem of it. Rules and error texts are prime-rl's (spec:
// prime_rl_kv_offload_config.md); each text stands whole in the problem, so that a search for it finds both systems.

import { z } from "zod";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { isConfigTree, valueAtPath } from "../config_tree.ts";
import { deepFreeze } from "../deep_freeze.ts";
import { sizeField } from "../schema_fields.ts";
import { checkKvOffload } from "./kv_offload_checks.ts";
import type { OffloadConfig, OffloadInput } from "./kv_offload_config.ts";
import { describeOffloadIssue } from "./kv_offload_issue.ts";

export function parseOffloadConfig(input: unknown): Result<OffloadConfig, readonly ConfigProblem[]> {
  const legacy = legacyProblems(input);
  if (legacy.length > 0) return err(legacy);
  const parsed = OFFLOAD_SCHEMA.safeParse(input);
  if (!parsed.success) {
    return err(parsed.error.issues.flatMap((issue) => describeOffloadIssue(issue, input)));
  }
  const problems = checkKvOffload(parsed.data);
  return problems.length === 0 ? ok(deepFreeze(withDerived(parsed.data))) : err(problems);
}

const cpuShape = z.strictObject({
  num_bytes: sizeField(1).describe("bytes, or a text such as 64GiB"),
});
const diskShape = z.strictObject({ path: z.string().min(1).describe("a directory on a local SSD") });

const kvOffloadShape = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("native"), cpu: cpuShape, disk: diskShape.nullable().default(null) }),
  z.strictObject({
    type: z.literal("mooncake"),
    cpu: cpuShape,
    disk: diskShape.nullable().default(null),
    device_name: z.string().default(""),
  }),
]);

export const OFFLOAD_SCHEMA: z.ZodType<OffloadInput> = z.strictObject({
  inference: z
    .strictObject({
      kv_cache_offload: kvOffloadShape.nullable().default(null),
      vllm: z.strictObject({ enable_prefix_caching: z.boolean().nullable().default(null) }).prefault({}),
      router_replay: z.boolean().default(false),
      use_pd_kv_transfer: z.boolean().nullable().default(null),
    })
    .prefault({}),
  deployment: z.enum(["single_node", "multi_node", "disaggregated"]).default("single_node"),
  launcher: z.enum(["none", "local", "slurm"]).default("none"),
});

/** Prefix caching is forced on where there is offload; a disaggregated deployment hands KV over. */
function withDerived({ inference, deployment, launcher }: OffloadInput): OffloadConfig {
  const { kv_cache_offload, vllm, router_replay, use_pd_kv_transfer } = inference;
  return {
    inference: {
      kv_cache_offload,
      vllm: { enable_prefix_caching: kv_cache_offload === null ? vllm.enable_prefix_caching : true },
      router_replay,
      use_pd_kv_transfer: use_pd_kv_transfer ?? deployment === "disaggregated",
    },
    deployment,
    launcher,
  };
}

/** The flat form of before the tiers. Its own message, because every other one would only repeat it. */
function legacyProblems(input: unknown): ConfigProblem[] {
  const offload = valueAtPath(input, ["inference", "kv_cache_offload"]);
  if (!isConfigTree(offload) || offload["cpu_bytes"] === undefined) return [];
  const got = offload["cpu_bytes"];
  return [
    {
      path: "inference.kv_cache_offload.cpu_bytes",
      rule: "is not a setting any more: offload is configured by tier",
      got,
      next_step: `Write inference.kv_cache_offload: {type: native, cpu: {num_bytes: ${String(got)}}} instead; disk: {path: DIR} adds a disk tier.`,
    },
  ];
}
