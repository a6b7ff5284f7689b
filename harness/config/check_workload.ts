// Rules between a workload, how it is sent and the engines that serve it.

import type { ArmConfig } from "./arm_config.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { problemWhen } from "./problem_when.ts";
import type { MultiTurnConfig, RlRolloutConfig } from "./workload_config.ts";

export function checkWorkload({ workload, load, engine }: ArmConfig): ConfigProblem[] {
  if (workload.name === "mooncake_trace") {
    return problemWhen(workload.hash_block_tokens % workload.length_divisor !== 0, {
      path: "workload.length_divisor",
      rule: `must divide workload.hash_block_tokens (${workload.hash_block_tokens})`,
      got: workload.length_divisor,
      next_step: "Use a power of two up to the block.",
    });
  }
  // What a file or a preset holds is known when its sessions are made.
  if (workload.name !== "multi_turn" && workload.name !== "rl_rollout") return [];
  return [
    ...problemWhen(load.arrivals === "trace", {
      path: "load.arrivals",
      rule: "must not be trace with a workload that has no time stamps",
      got: load.arrivals,
      next_step: "Use closed, constant, poisson or gamma, or --workload trace.",
    }),
    ...(workload.name === "multi_turn" ? checkPrefixes(workload) : []),
    ...checkLongestConversation(workload, engine),
  ];
}

function checkPrefixes(workload: MultiTurnConfig): ConfigProblem[] {
  const shared_ratio = workload.global_prefix_ratio + workload.conversation_prefix_ratio;
  return problemWhen(shared_ratio > 1, {
    path: "workload.conversation_prefix_ratio",
    rule: `must leave the sum with workload.global_prefix_ratio (${workload.global_prefix_ratio}) at most 1`,
    got: workload.conversation_prefix_ratio,
    next_step: `Use ${Number((1 - workload.global_prefix_ratio).toFixed(6))} or less.`,
  });
}

function checkLongestConversation(
  workload: MultiTurnConfig | RlRolloutConfig,
  engine: ArmConfig["engine"],
): ConfigProblem[] {
  const tokens = longestConversationTokens(workload);
  const hbm_tokens = engine.num_hbm_blocks * engine.block_tokens;
  return [
    ...problemWhen(tokens > engine.max_model_len, {
      path: "engine.max_model_len",
      rule: `must hold the longest conversation of the workload (${tokens} tokens)`,
      got: engine.max_model_len,
      next_step: `Use ${tokens} or more, or shorter or fewer turns.`,
    }),
    ...problemWhen(tokens > hbm_tokens, {
      path: "engine.num_hbm_blocks",
      rule: `must hold the longest conversation of the workload (${tokens} tokens)`,
      got: engine.num_hbm_blocks,
      next_step: `Use ${Math.ceil(tokens / engine.block_tokens)} or more, or shorter or fewer turns.`,
    }),
  ];
}

/** Prompt and answer of the last turn: every earlier answer and message is in its history. */
function longestConversationTokens(workload: MultiTurnConfig | RlRolloutConfig): number {
  const { output_tokens, turn_input_tokens, turns } = workload;
  const input_tokens = workload.name === "multi_turn" ? workload.input_tokens : workload.prompt_tokens;
  return input_tokens + (turns - 1) * (output_tokens + turn_input_tokens) + output_tokens;
}
