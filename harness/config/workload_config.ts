// Parameters of each workload, by name. The generators are in workloads/, bounds and defaults in workload_schema.ts.

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

export type WorkloadConfig = MultiTurnConfig | MooncakeTraceConfig | RlRolloutConfig;
export type WorkloadName = WorkloadConfig["name"];
