// What TTFT and ITL this client reports of a server that costs nothing: one request after another, each alone, against a null
// server in another process that writes its events one by one, as fast as it can.

import type { Clock } from "../../clock/clock.ts";
import { NS_PER_S } from "../../domain/units.ts";
import type { SseFailure } from "../http/exchange.ts";
import { SseClient } from "../http/sse_client.ts";
import { CompletionStream } from "../openai/completion_stream.ts";
import { nullRequest } from "./null_request.ts";
import { startNullServer } from "./null_server_launch.ts";

export interface LatencyPlan {
  readonly requests: number;
  readonly events_per_request: number;
}

export interface LatencyFloor {
  /** [answered requests] first token event − sent, over a connection that is kept. */
  readonly ttft_ns: readonly number[];
  /** Between reads that carried tokens of the same request: what two events in one read share is no gap. */
  readonly gap_ns: readonly number[];
  /** Of the request that ended the measurement; null: all were answered. */
  readonly failure: SseFailure | null;
}

const DEADLINE_NS = 10 * NS_PER_S;

export async function measureLatency(plan: LatencyPlan, clock: Clock): Promise<LatencyFloor> {
  await using server = await startNullServer({ pace: "round_robin", gap_ns: 0, hold_until_streams: 0 });
  const client = new SseClient(server.target, clock);
  const deadline_ns = clock.now_ns() + DEADLINE_NS;
  const ttft_ns: number[] = [];
  const gap_ns: number[] = [];
  let failure: SseFailure | null = null;
  for (let i = 0; i < plan.requests && failure === null; i++) {
    const stream = new CompletionStream();
    const onEvent = (data: string, at_ns: number): void => stream.event(data, at_ns);
    const reply = await client.post(nullRequest(plan.events_per_request, deadline_ns, onEvent));
    failure = reply.failure;
    const [first_ns] = stream.token_ns;
    if (first_ns !== undefined && reply.sent_ns !== null) ttft_ns.push(first_ns - reply.sent_ns);
    gap_ns.push(...gapsOf(stream.token_ns));
  }
  client.close();
  return { ttft_ns, gap_ns, failure };
}

function gapsOf(token_ns: readonly number[]): number[] {
  return token_ns.map((time_ns, i) => time_ns - (token_ns[i - 1] ?? time_ns)).filter((gap_ns) => gap_ns > 0);
}
