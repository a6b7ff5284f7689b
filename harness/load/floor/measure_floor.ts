// What the load client itself can do on this machine: streams held, events per second and CPU per event, against a null
// server in another process. A result near these figures says something about the client, not about the system under test.

import type { Clock } from "../../clock/clock.ts";
import { NS_PER_S, NS_PER_US } from "../../domain/units.ts";
import type { SseFailure } from "../http/exchange.ts";
import type { HttpTarget } from "../http/http_target.ts";
import { SseClient } from "../http/sse_client.ts";
import { mergeRatio, type TokenReads } from "../merge_ratio.ts";
import { CompletionStream } from "../openai/completion_stream.ts";
import { nullRequest } from "./null_request.ts";
import { startNullServer } from "./null_server_launch.ts";

export interface FloorPlan {
  readonly streams: number;
  readonly events_per_stream: number;
  /** Null: the server sends as fast as it can, one event to each stream in turn. */
  readonly event_gap_ns: number | null;
}

export interface LoadFloor {
  /** Open at the same time: the server answers nobody before all are there. Only where `failure` is null. */
  readonly streams_held: number;
  readonly events: number;
  /** Of the first and the last event, on the clock given. */
  readonly first_ns: number;
  readonly last_ns: number;
  /** First event to last. */
  readonly events_per_s: number;
  readonly reads: TokenReads;
  /** Token events per socket read; 1: each came alone. Null: none came. */
  readonly merge_ratio: number | null;
  /** CPU time of this process, parsing included, ÷ events. */
  readonly cpu_us_per_event: number;
  /** CPU time ÷ wall time between first and last event; near 1, the client was the limit. */
  readonly cpu_load: number;
  /** Null: every stream was answered whole. */
  readonly failure: SseFailure | null;
}

export async function measureFloor(plan: FloorPlan, clock: Clock): Promise<LoadFloor> {
  await using server = await startNullServer({
    pace: plan.event_gap_ns === null ? "round_robin" : "paced",
    gap_ns: plan.event_gap_ns ?? 0,
    hold_until_streams: plan.streams,
  });
  return await driveStreams(plan, server.target, clock);
}

/** Generous: a floor is measured in seconds. */
const DEADLINE_NS = 120 * NS_PER_S;

async function driveStreams(plan: FloorPlan, target: HttpTarget, clock: Clock): Promise<LoadFloor> {
  const client = new SseClient(target, clock);
  const deadline_ns = clock.now_ns() + DEADLINE_NS;
  const span = new ActiveSpan();
  const reads = { token_events: 0, token_reads: 0 };
  const replies = await Promise.all(
    Array.from({ length: plan.streams }, async () => {
      const stream = new CompletionStream();
      const onEvent = (data: string, at_ns: number): void => {
        span.touch(at_ns);
        stream.event(data, at_ns);
      };
      const reply = await client.post(nullRequest(plan.events_per_stream, deadline_ns, onEvent));
      reads.token_events += stream.token_events;
      reads.token_reads += stream.token_reads;
      return reply;
    }),
  );
  const cpu_ns = span.cpu_ns();
  client.close();
  const { counters } = client;
  return {
    streams_held: counters.peak_streams,
    events: counters.events,
    first_ns: span.first_ns,
    last_ns: span.last_ns,
    events_per_s: (counters.events * NS_PER_S) / span.wall_ns,
    reads,
    merge_ratio: mergeRatio(reads),
    cpu_us_per_event: cpu_ns / NS_PER_US / counters.events,
    cpu_load: cpu_ns / span.wall_ns,
    failure: replies.find((reply) => reply.failure !== null)?.failure ?? null,
  };
}

/** From the first event on: wall and CPU time. */
class ActiveSpan {
  first_ns = 0;
  last_ns = 0;
  #cpu_before: NodeJS.CpuUsage | null = null;

  touch(at_ns: number): void {
    this.last_ns = at_ns;
    if (this.#cpu_before !== null) return;
    this.first_ns = at_ns;
    this.#cpu_before = process.cpuUsage();
  }

  get wall_ns(): number {
    return this.last_ns - this.first_ns;
  }

  /** Of user and system. */
  cpu_ns(): number {
    if (this.#cpu_before === null) return 0;
    const { user, system } = process.cpuUsage(this.#cpu_before);
    return (user + system) * NS_PER_US;
  }
}
