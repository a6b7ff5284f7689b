// Spans of an engine's requests, read off the events and effects of its core: the same for a live and a simulated engine.
// A request's stages lie inside its span; GETs, PUTs and pulls, which may overlap, are spans of their own.

import type { TraceLog, TraceSpan } from "../../domain/trace_span.ts";
import type { GetOutcome } from "../connector/store_api.ts";
import type { EngineEffect, EngineEvent } from "./engine_api.ts";
import type { RequestTimeline } from "./request_timeline.ts";

interface OpenOp {
  readonly request_id: string;
  readonly lane: "get" | "put";
  readonly name: string;
  readonly start_ns: number;
  readonly keys: number;
}

type Finish = Extract<EngineEffect, { readonly type: "finish" }>;
type Args = TraceSpan["args"];

export class RequestTracer {
  readonly #process: string;
  readonly #max_requests: number;
  readonly #spans: TraceSpan[] = [];
  readonly #names: Record<string, string> = {};
  readonly #requests = new Set<string>();
  readonly #ops = new Map<number, OpenOp>();
  #dropped_requests = 0;

  /** Requests beyond max_requests are counted, and leave no span. */
  constructor(process: string, max_requests: number) {
    this.#process = process;
    this.#max_requests = max_requests;
  }

  /** `caller_id`: what the process that sent the request calls it. */
  name(request_id: string, caller_id: string): void {
    if (this.#requests.size < this.#max_requests) this.#names[request_id] = caller_id;
  }

  log(): TraceLog {
    return { spans: [...this.#spans], names: { ...this.#names }, dropped_requests: this.#dropped_requests };
  }

  /** What the core was told at now_ns, and what it said to it. */
  observe(event: EngineEvent, effects: readonly EngineEffect[], now_ns: number): void {
    if (event.type === "request_arrived") this.#arrived(event.request.request_id);
    if (event.type === "get_done") this.#ended(event.op_id, now_ns, (op) => getArgs(op, event.outcomes));
    if (event.type === "put_done") this.#ended(event.op_id, now_ns, (op) => codeArgs(op, event.codes));
    if (event.type === "pull_done") this.#ended(event.op_id, now_ns, (op) => codeArgs(op, event.codes));
    for (const effect of effects) this.#told(effect, now_ns);
  }

  #arrived(request_id: string): void {
    if (this.#requests.size < this.#max_requests) this.#requests.add(request_id);
    else this.#dropped_requests++;
  }

  #told(effect: EngineEffect, now_ns: number): void {
    switch (effect.type) {
      case "get":
        this.#started(effect, "get", "store get", effect.keys.length, now_ns);
        break;
      case "put":
        this.#started(effect, "put", "store put", effect.keys.length, now_ns);
        break;
      case "pull":
        this.#started(effect, "get", "pull hand-over", effect.block_ids.length, now_ns);
        break;
      case "finish":
        if (this.#requests.has(effect.request.request_id)) this.#finished(effect, now_ns);
    }
  }

  #started(
    { op_id, request_id }: { readonly op_id: number; readonly request_id: string },
    lane: OpenOp["lane"],
    name: string,
    keys: number,
    start_ns: number,
  ): void {
    if (this.#requests.has(request_id)) this.#ops.set(op_id, { request_id, lane, name, start_ns, keys });
  }

  #ended(op_id: number, end_ns: number, argsOf: (op: OpenOp) => Args): void {
    const op = this.#ops.get(op_id);
    if (op === undefined) return;
    this.#ops.delete(op_id);
    const { request_id, lane, name, start_ns } = op;
    this.#spans.push({ process: this.#process, request_id, lane, name, start_ns, end_ns, args: argsOf(op) });
  }

  #finished({ request, reason, stages, timeline }: Finish, now_ns: number): void {
    const { request_id } = request;
    const { hbm, cpu, disk } = stages.cached_tokens;
    const tokens = {
      prompt_tokens: stages.prompt_tokens,
      hbm_tokens: hbm,
      cpu_tokens: cpu,
      disk_tokens: disk,
    };
    const span = (name: string, start_ns: number, end_ns: number, args: Args = {}): void => {
      this.#spans.push({ process: this.#process, request_id, lane: "request", name, start_ns, end_ns, args });
    };
    span("request", timeline.arrived_ns, now_ns, { reason, ...tokens });
    for (const { name, start_ns, end_ns } of stagesOf(timeline, now_ns)) span(name, start_ns, end_ns);
  }
}

interface Stage {
  readonly name: "queue" | "lookup" | "load" | "prefill" | "decode";
  readonly start_ns: number;
  readonly end_ns: number;
}

/** Side by side from arrival to end: what no wait covers is queue before the first step, and computing behind it. */
export function stagesOf(timeline: RequestTimeline, end_ns: number): Stage[] {
  const { arrived_ns, waits, scheduled_ns, first_token_ns } = timeline;
  const marks: Stage[] = waits.map(({ stage, ...wait }) => ({ name: stage, ...wait }));
  const stages: Stage[] = [];
  let now_ns = arrived_ns;
  const fill = (until_ns: number): void => {
    const bounds: readonly [Stage["name"], number][] = [
      ["queue", scheduled_ns ?? end_ns],
      ["prefill", first_token_ns ?? end_ns],
      ["decode", end_ns],
    ];
    for (const [name, bound_ns] of bounds) {
      const stage_end_ns = Math.min(bound_ns, until_ns);
      if (stage_end_ns <= now_ns) continue;
      stages.push({ name, start_ns: now_ns, end_ns: stage_end_ns });
      now_ns = stage_end_ns;
    }
  };
  for (const mark of marks) {
    fill(mark.start_ns);
    if (mark.end_ns > now_ns) stages.push({ ...mark, start_ns: now_ns });
    now_ns = Math.max(now_ns, mark.end_ns);
  }
  fill(end_ns);
  return stages;
}

function getArgs({ keys }: OpenOp, outcomes: readonly GetOutcome[]): Args {
  const args = {
    keys,
    cpu_keys: 0,
    disk_keys: 0,
    failed_keys: 0,
    cpu_bytes: 0,
    disk_bytes: 0,
    remote_bytes: 0,
  };
  for (const { code, tier, remote } of outcomes) {
    if (code < 0 || tier === null) {
      args.failed_keys++;
      continue;
    }
    args[`${tier}_keys`]++;
    args[`${tier}_bytes`] += code;
    if (remote) args.remote_bytes += code;
  }
  return args;
}

function codeArgs({ keys }: OpenOp, codes: readonly number[]): Args {
  return { keys, failed_keys: codes.filter((code) => code < 0).length };
}
