// How punctually this client sends: open loop at a constant rate through the interpreter that every run uses, records
// included. The lag of a request is the time right before its first bytes go to the kernel, less the time intended: what the write
// itself takes is the server's TTFT, and waiting for a connection that has to be made counts as lag.

import type { Clock } from "../../clock/clock.ts";
import { Random } from "../../clock/random.ts";
import type { HttpTarget } from "../http/http_target.ts";
import { runLoad } from "../interpreter.ts";
import { OpenLoop } from "../sources/open_loop.ts";
import type { Pacer } from "../wake_up.ts";
import { CoreWait } from "./core_wait.ts";
import { type RatePlan, rateSessions } from "./rate_sessions.ts";
import { RateTally } from "./rate_tally.ts";

export interface RateFloor {
  readonly rate_per_s: number;
  /** Finished ÷ time from first to last send. */
  readonly achieved_per_s: number;
  /** [finished requests] actual send − intended send, in no order. */
  readonly lag_ns: readonly number[];
  readonly failed_requests: number;
  /** User and system time of the client's process ÷ requests. */
  readonly cpu_us_per_request: number;
  /** Ready to run and without a core, for the whole load: of others' making. Null: not told. */
  readonly core_wait_ms: number | null;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** target: a null server that answers whole and at once. Pacer null: the clock's own sleep. */
export async function driveRate(
  plan: RatePlan,
  target: HttpTarget,
  clock: Clock,
  pacer: Pacer | null,
): Promise<RateFloor> {
  const tally = new RateTally();
  const arrivals = { process: "constant", rate_per_s: plan.rate_per_s, burstiness_cv: 1 } as const;
  const source = new OpenLoop(rateSessions(plan), arrivals, new Random(1));
  const cpu_before = process.cpuUsage();
  const wait = new CoreWait();
  const result = await runLoad({
    ...{ source, target, clock, pacer, starts_ns: null },
    ...{ model: "null", arm: "floor", pair_index: 0 },
    wording: { prompt_as: "tokens", dialect: "vllm" },
    request_timeout_ms: REQUEST_TIMEOUT_MS,
    onRecord: (record) => tally.add(record),
    onProgress: null,
    signal: null,
  });
  const { user, system } = process.cpuUsage(cpu_before);
  return {
    rate_per_s: plan.rate_per_s,
    achieved_per_s: tally.achieved_per_s,
    lag_ns: tally.lag_ns,
    failed_requests: result.failed_requests,
    cpu_us_per_request: (user + system) / result.sent_requests,
    core_wait_ms: wait.ms(),
  };
}
