// Bounds and defaults of each workload's parameters. The default multi_turn fits two cores and three minutes.

import { z } from "zod";
import { isConfigTree } from "./config_tree.ts";
import { countField, ratioField } from "./schema_fields.ts";
import type {
  MooncakeTraceConfig,
  MultiTurnConfig,
  RlRolloutConfig,
  WorkloadConfig,
  WorkloadName,
} from "./workload_config.ts";

export const WORKLOAD_NAMES: readonly WorkloadName[] = ["multi_turn", "mooncake_trace", "rl_rollout"];

const multiTurnShape = z.strictObject({
  name: z.literal("multi_turn"),
  sessions: countField(1).default(24),
  turns: countField(1).default(3),
  input_tokens: countField(1).default(1024),
  output_tokens: countField(1).default(32),
  turn_input_tokens: countField(1).default(256),
  global_prefix_ratio: ratioField().default(0.1),
  conversation_prefix_ratio: ratioField().default(0.8),
  delay_ms: z.number().min(0).default(200),
});

const mooncakeTraceShape = z.strictObject({
  name: z.literal("mooncake_trace"),
  trace: z.string().min(1),
  limit: countField(1).nullable().default(null),
  hash_block_tokens: countField(1).default(512),
  length_divisor: countField(1).default(1),
});

const rlRolloutShape = z.strictObject({
  name: z.literal("rl_rollout"),
  cycles: countField(1).default(3),
  prompts: countField(1).default(12),
  samples_per_prompt: countField(1).default(2),
  prompt_tokens: countField(1).default(1024),
  system_prompt_ratio: ratioField().default(0.1),
  turns: countField(1).default(2),
  output_tokens: countField(1).default(24),
  turn_input_tokens: countField(1).default(128),
  delay_ms: z.number().min(0).default(200),
});

// The shapes against the hand-written interfaces.
multiTurnShape satisfies z.ZodType<MultiTurnConfig>;
mooncakeTraceShape satisfies z.ZodType<MooncakeTraceConfig>;
rlRolloutShape satisfies z.ZodType<RlRolloutConfig>;

/** Without a name it is multi_turn. */
export const workloadSchema: z.ZodType<WorkloadConfig> = z.preprocess(
  (input) => (isConfigTree(input) && !("name" in input) ? { name: "multi_turn", ...input } : input),
  z.discriminatedUnion("name", [multiTurnShape, mooncakeTraceShape, rlRolloutShape]),
);
