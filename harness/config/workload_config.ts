// Parameters of each workload, by name. The generators are in workloads/, bounds and defaults in workload_schema.ts.

import type { PresetName } from "./preset_name.ts";
import type { TraceFormatName } from "./trace_format_name.ts";

export interface MultiTurnConfig {
  readonly name: "multi_turn";
  readonly sessions: number;
  readonly turns: number;
  /** Prompt tokens of the first turn: shared global prefix + conversation prefix + the user's first message. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** New user tokens of each later turn. */
  readonly turn_input_tokens: number;
  /** Part of input_tokens that all sessions share, and part that only a conversation's own turns share. */
  readonly global_prefix_ratio: number;
  readonly conversation_prefix_ratio: number;
  readonly delay_ms: number;
}

export interface MooncakeTraceConfig {
  readonly name: "mooncake_trace";
  readonly trace: string;
  /** Requests to replay, from the start; null for all. */
  readonly limit: number | null;
  readonly hash_block_tokens: number;
  /** Lengths and hash_block_tokens ÷ this, for small hosts; 1 keeps the trace exact. */
  readonly length_divisor: number;
}

/** A trace of any format that workloads/import knows. */
export interface TraceConfig {
  readonly name: "trace";
  readonly trace: string;
  /** Null: told by the file's contents. */
  readonly format: TraceFormatName | null;
  /** What a wrong record does: ends the run before it starts, or is passed over. */
  readonly on_error: "fail" | "skip";
  /** Requests to replay, from the start; null for all. */
  readonly limit: number | null;
  /** Tokens of a hashed block; null: the format's. */
  readonly block_tokens: number | null;
  /** `found`: turns of a session belong together, as the file names them or as shared prefixes tell; `rows`: each is alone. */
  readonly sessions: "found" | "rows";
  /** Lengths and blocks ÷ this, for small hosts; 1 keeps the trace exact. */
  readonly length_divisor: number;
}

/** Sessions of a preset of workloads/synth/presets, whose lengths and times are fixed there. */
export interface SyntheticConfig {
  readonly name: Exclude<PresetName, "tier_pressure">;
  readonly sessions: number;
  /** Lengths ÷ this, for small hosts; 1 keeps the preset's. */
  readonly length_divisor: number;
  /** Times and pauses ÷ this, for short runs; 1 keeps the preset's. */
  readonly time_divisor: number;
  /** As sent, so after length_divisor: sessions end before a longer prompt, and a longer first one is cut; null: no bound. */
  readonly max_prompt_tokens: number | null;
}

/** Contexts visited at random, together working_set_factor × a tier. */
export interface TierPressureConfig {
  readonly name: "tier_pressure";
  /** Visits, each a session of one turn. */
  readonly sessions: number;
  readonly tier_tokens: number;
  readonly working_set_factor: number;
  readonly context_tokens: number;
  readonly question_tokens: number;
  readonly output_tokens: number;
  /** Visits a second, where they are sent at the workload's own times. */
  readonly visits_per_s: number;
}

/** Cycles of rollouts with new weights in between; every cycle samples the same prompts. */
export interface RlRolloutConfig {
  readonly name: "rl_rollout";
  readonly cycles: number;
  /** Distinct prompts of a cycle, and samples of each: they share the whole prompt, as a GRPO group does. */
  readonly prompts: number;
  readonly samples_per_prompt: number;
  readonly prompt_tokens: number;
  /** Part of prompt_tokens that all prompts share. */
  readonly system_prompt_ratio: number;
  /** A rollout's turns: the model answers, a tool of turn_input_tokens speaks. */
  readonly turns: number;
  readonly output_tokens: number;
  readonly turn_input_tokens: number;
  readonly delay_ms: number;
}

export type WorkloadConfig =
  | MultiTurnConfig
  | TraceConfig
  | MooncakeTraceConfig
  | RlRolloutConfig
  | SyntheticConfig
  | TierPressureConfig;
export type WorkloadName = WorkloadConfig["name"];
