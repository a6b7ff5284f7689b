// Bounds and defaults of each workload's parameters. The default multi_turn fits two cores and three minutes.

import { z } from "zod";
import { isConfigTree } from "./config_tree.ts";
import { PRESET_NAMES } from "./preset_name.ts";
import { countField, positiveField, ratioField } from "./schema_fields.ts";
import { TRACE_FORMAT_NAMES } from "./trace_format_name.ts";
import type {
  MooncakeTraceConfig,
  MultiTurnConfig,
  RlRolloutConfig,
  SyntheticConfig,
  TierPressureConfig,
  TraceConfig,
  WorkloadConfig,
  WorkloadName,
} from "./workload_config.ts";

export const WORKLOAD_NAMES: readonly WorkloadName[] = [
  "multi_turn",
  "trace",
  "mooncake_trace",
  "rl_rollout",
  ...PRESET_NAMES,
];

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

const traceShape = z.strictObject({
  name: z.literal("trace"),
  trace: z.string().min(1),
  format: z.enum(TRACE_FORMAT_NAMES).nullable().default(null),
  on_error: z.enum(["fail", "skip"]).default("fail"),
  limit: countField(1).nullable().default(null),
  block_tokens: countField(1).nullable().default(null),
  sessions: z.enum(["found", "rows"]).default("found"),
  length_divisor: countField(1).default(1),
});

/** Presets have a cluster's lengths and people's pauses; a twentieth and a sixtieth of them fit a laptop's engines and patience. */
const syntheticShape = z.strictObject({
  name: z.enum(PRESET_NAMES).exclude(["tier_pressure"]),
  sessions: countField(1).default(24),
  length_divisor: countField(1).default(20),
  time_divisor: positiveField().default(60),
  max_prompt_tokens: countField(1).nullable().default(null),
});

const tierPressureShape = z.strictObject({
  name: z.literal("tier_pressure"),
  sessions: countField(1).default(120),
  tier_tokens: countField(1).default(16_384),
  working_set_factor: positiveField().default(3),
  context_tokens: countField(1).default(1024),
  question_tokens: countField(1).default(64),
  output_tokens: countField(1).default(16),
  visits_per_s: positiveField().default(4),
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
traceShape satisfies z.ZodType<TraceConfig>;
syntheticShape satisfies z.ZodType<SyntheticConfig>;
tierPressureShape satisfies z.ZodType<TierPressureConfig>;
rlRolloutShape satisfies z.ZodType<RlRolloutConfig>;

/** Without a name it is multi_turn. */
export const workloadSchema: z.ZodType<WorkloadConfig> = z.preprocess(
  (input) => (isConfigTree(input) && !("name" in input) ? { name: "multi_turn", ...input } : input),
  z.discriminatedUnion("name", [
    multiTurnShape,
    traceShape,
    mooncakeTraceShape,
    rlRolloutShape,
    syntheticShape,
    tierPressureShape,
  ]),
);
