// Rules between sessions and what they are sent to, for workloads whose lengths and times are known only once they are made.

import type { ArmConfig } from "../harness/config/arm_config.ts";
import type { ConfigProblem } from "../harness/config/config_problem.ts";
import { problemWhen } from "../harness/config/problem_when.ts";
import type { Session } from "../harness/domain/session.ts";
import { plannedPromptTokens } from "./planned_prompt_tokens.ts";

export function checkSessions(
  sessions: readonly Session[],
  { load, engine }: Pick<ArmConfig, "load" | "engine">,
): ConfigProblem[] {
  const tokens = sessions.reduce((longest, session) => Math.max(longest, longestTokens(session)), 0);
  const untimed = sessions.find(({ turns }) => turns[0]?.at_ns === null);
  const next_step = "Raise it, use --profile laptop_trace, or set workload.length_divisor.";
  const num_clients = load.num_clients ?? 1;
  return [
    ...problemWhen(sessions.some(({ in_step }) => in_step === true) && num_clients > 1, {
      path: "load.num_clients",
      rule: "must be 1 for a workload in rounds, as every client process would have rounds of its own",
      got: load.num_clients,
      next_step: "Use --set load.num_clients=1, or leave it out.",
    }),
    ...problemWhen(load.arrivals === "trace" && untimed !== undefined, {
      path: "load.arrivals",
      rule: `must not be trace where sessions have no times (${untimed?.session_id} has none)`,
      got: load.arrivals,
      next_step: "Use --set load.arrivals=closed.",
    }),
    ...problemWhen(tokens > engine.max_model_len, {
      path: "engine.max_model_len",
      rule: `must hold the longest request of the workload with its answer (${tokens} tokens)`,
      got: engine.max_model_len,
      next_step,
    }),
    ...problemWhen(tokens > engine.num_hbm_blocks * engine.block_tokens, {
      path: "engine.num_hbm_blocks",
      rule: `must hold the longest request of the workload with its answer (${tokens} tokens)`,
      got: engine.num_hbm_blocks,
      next_step,
    }),
  ];
}

/** Longest prompt of a session with its answer. */
function longestTokens({ turns }: Session): number {
  let longest = 0;
  for (const { prompt, output_tokens } of turns) {
    longest = Math.max(longest, plannedPromptTokens(prompt, turns) + output_tokens);
  }
  return longest;
}
