// The sessions that a workload's parameters name. Same parameters and seed, same sessions, in every process.

import type { ConfigProblem } from "../harness/config/config_problem.ts";
import type { WorkloadConfig } from "../harness/config/workload_config.ts";
import { ok, type Result } from "../harness/domain/result.ts";
import type { Session } from "../harness/domain/session.ts";
import { readMooncakeTrace } from "./mooncake_trace.ts";
import { generateMultiTurn } from "./multi_turn.ts";
import { generateRlRollout } from "./rl_rollout.ts";
import { generateSynthetic } from "./synthetic_sessions.ts";
import { readTraceSessions } from "./trace_sessions.ts";

/** Session ids are unique. The error lists all problems found, each with where, rule, value and next step. */
export function generateSessions(workload: WorkloadConfig, seed: number): Result<Session[], ConfigProblem[]> {
  switch (workload.name) {
    case "multi_turn":
      return ok(generateMultiTurn(workload, seed));
    case "rl_rollout":
      return ok(generateRlRollout(workload, seed));
    case "mooncake_trace":
      return readMooncakeTrace(workload, seed);
    case "trace":
      return readTraceSessions(workload, seed);
    default:
      return ok(generateSynthetic(workload, seed));
  }
}
