// Replay of a Mooncake JSONL trace, one session a line: the trace does not say who spoke, and a quoted answer is already among
// the hashes of a later line. The workload `trace` reads the same files, finds the sessions in them, and knows other formats.

import type { ConfigProblem } from "../harness/config/config_problem.ts";
import type { MooncakeTraceConfig } from "../harness/config/workload_config.ts";
import type { Result } from "../harness/domain/result.ts";
import type { Session } from "../harness/domain/session.ts";
import { readTraceSessions } from "./trace_sessions.ts";

export function readMooncakeTrace(
  { trace, limit, hash_block_tokens, length_divisor }: MooncakeTraceConfig,
  seed: number,
): Result<Session[], ConfigProblem[]> {
  const file = { trace, limit, block_tokens: hash_block_tokens, length_divisor };
  return readTraceSessions(
    { name: "trace", format: "mooncake", on_error: "fail", sessions: "rows", ...file },
    seed,
  );
}
