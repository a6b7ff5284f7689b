// How punctually this client sends: open loop at a constant rate through the interpreter that every run uses, records
// included, against a null server in another process that answers each request whole and at once.

import type { Clock } from "../../clock/clock.ts";
import { Random } from "../../clock/random.ts";
import type { Session } from "../../domain/session.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { runLoad } from "../interpreter.ts";
import { OpenLoop } from "../sources/open_loop.ts";
import type { Pacer } from "../wake_up.ts";
import { ANSWER_AT_ONCE } from "./null_server.ts";
import { startNullServer } from "./null_server_launch.ts";

export interface RatePlan {
  readonly rate_per_s: number;
  readonly seconds: number;
  /** Tokens of each prompt, and of each answer. */
  readonly prompt_tokens: number;
  readonly output_tokens: number;
}

export interface RateFloor {
  readonly rate_per_s: number;
  /** Finished ÷ time from first to last send. */
  readonly achieved_per_s: number;
  /** [finished requests] actual send − intended send, in no order. */
  readonly lag_ns: readonly number[];
  readonly failed_requests: number;
  /** User and system time of this process ÷ requests. */
  readonly cpu_us_per_request: number;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** Pacer null: the clock's own sleep. */
export async function measureRate(plan: RatePlan, clock: Clock, pacer: Pacer | null): Promise<RateFloor> {
  await using server = await startNullServer(ANSWER_AT_ONCE);
  const lag_ns: number[] = [];
  let first_ns = Number.POSITIVE_INFINITY;
  let last_ns = 0;
  const cpu_before = process.cpuUsage();
  const result = await runLoad({
    source: new OpenLoop(
      oneTurnSessions(plan),
      { process: "constant", rate_per_s: plan.rate_per_s, burstiness_cv: 1 },
      new Random(1),
    ),
    target: server.target,
    ...{ model: "null", arm: "floor", pair_index: 0, prompt_as: "tokens" },
    request_timeout_ms: REQUEST_TIMEOUT_MS,
    clock,
    pacer,
    onRecord: ({ error, sent_ns, intended_ns }) => {
      if (error !== null) return;
      lag_ns.push(sent_ns - intended_ns);
      first_ns = Math.min(first_ns, sent_ns);
      last_ns = Math.max(last_ns, sent_ns);
    },
    onProgress: null,
    signal: null,
  });
  const { user, system } = process.cpuUsage(cpu_before);
  return {
    rate_per_s: plan.rate_per_s,
    achieved_per_s: ((lag_ns.length - 1) * NS_PER_S) / (last_ns - first_ns),
    lag_ns,
    failed_requests: result.failed_requests,
    cpu_us_per_request: (user + system) / result.sent_requests,
  };
}

function oneTurnSessions({ rate_per_s, seconds, prompt_tokens, output_tokens }: RatePlan): Session[] {
  return Array.from({ length: Math.ceil(rate_per_s * seconds) }, (_, i) => ({
    session_id: `floor-${i}`,
    turns: [
      {
        prompt: [{ kind: "seeded", seed: i, tokens: prompt_tokens }],
        output_tokens,
        think_ns: 0,
        at_ns: null,
      },
    ],
  }));
}
