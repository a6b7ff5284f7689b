// The router of a simulated stack: core/router chooses; requests and answers take their hops. A pair's prefill half is
// answered whole, with the KV it holds; the decode half streams.

import {
  type Route,
  type RouterCore,
  type RoutingPolicy,
  readsPromptBlocks,
} from "../core/router/router_api.ts";
import { RouterTracer } from "../core/router/router_tracer.ts";
import { present } from "../domain/assert.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import type { TraceLog } from "../domain/trace_span.ts";
import type { EffectOf } from "./effect_of.ts";
import type { EventLoop } from "./event_loop.ts";
import type { Exchange } from "./exchange.ts";
import { HttpHops } from "./http_hops.ts";
import type { SimEngine } from "./sim_engine.ts";
import { type RequestHalf, SimRequest } from "./sim_request.ts";

/** As a process that messages go to; engines go by their names. */
const ROUTER = "router";

export interface SimRouterParts {
  readonly loop: EventLoop;
  readonly host: HostProfile;
  readonly core: RouterCore;
  readonly policy: RoutingPolicy;
  readonly engines: ReadonlyMap<string, SimEngine>;
}

export class SimRouter {
  readonly #parts: SimRouterParts;
  readonly #hops: HttpHops;
  #tracer: RouterTracer | null = null;

  constructor(parts: SimRouterParts) {
    this.#parts = parts;
    this.#hops = new HttpHops(parts.loop, parts.host, [ROUTER, ...parts.engines.keys()]);
  }

  /** Keeps spans from here on, of so many requests at most. */
  startTrace(max_requests: number): void {
    this.#tracer = new RouterTracer(ROUTER, max_requests);
  }

  /** Null: no trace was started. */
  traceLog(): TraceLog | null {
    return this.#tracer?.log() ?? null;
  }

  /** From the client. */
  send(exchange: Exchange): void {
    this.#hops.to(ROUTER, exchange.prompt.prompt_tokens, () => this.#route(exchange));
  }

  /** The client has gone: whoever works for it stops. */
  cancel(exchange: Exchange): void {
    const { core, engines, loop } = this.#parts;
    if (exchange.decode_engine === null) return;
    for (const name of [exchange.prefill_engine, exchange.decode_engine]) {
      if (name !== null) engines.get(name)?.abort(exchange.request_id);
    }
    core.finished(exchange.request_id, loop.now_ns);
  }

  #route(exchange: Exchange): void {
    if (exchange.ended) return;
    const { core, policy, loop } = this.#parts;
    exchange.arrived_ns = loop.now_ns;
    const { request_id, scheduled, prompt } = exchange;
    const route = core.route(
      {
        request_id,
        session_id: scheduled.session_id,
        prompt_tokens: prompt.prompt_tokens,
        prompt_block_hashes: readsPromptBlocks(policy) ? prompt.block_hashes : [],
      },
      loop.now_ns,
    );
    if ("error" in route) {
      exchange.end(
        route.error === "slo"
          ? { code: "rejected", detail: "429: no engine can serve it in time" }
          : { code: "http_status", detail: "502: no engine is up" },
      );
      return;
    }
    exchange.prefill_engine = route.prefill_engine;
    exchange.decode_engine = route.decode_engine;
    if (route.prefill_engine === route.decode_engine) this.#decode(exchange, route, null);
    else this.#prefill(exchange, route);
  }

  #prefill(exchange: Exchange, route: Route): void {
    const { core, loop } = this.#parts;
    const half: RequestHalf = {
      max_tokens: 1,
      do_remote_decode: true,
      remote: null,
      transfer_id: exchange.request_id,
    };
    const request = new SimRequest(exchange, half, false, (outcome, remote) => {
      if (outcome.reason === "rejected") {
        this.#reject(exchange, outcome);
        return;
      }
      exchange.stages = outcome.stages;
      this.#hops.to(ROUTER, 0, () => {
        if (exchange.ended) return;
        exchange.prefilled_ns = loop.now_ns;
        core.prefillDone(exchange.request_id, loop.now_ns);
        this.#decode(exchange, route, remote);
      });
    });
    this.#submit(exchange, route.prefill_engine, request);
  }

  /** The half that the client hears, or a whole request. */
  #decode(exchange: Exchange, route: Route, remote: RemoteKv | null): void {
    const half: RequestHalf = {
      max_tokens: exchange.scheduled.turn.output_tokens,
      do_remote_decode: false,
      remote,
      transfer_id: remote?.transfer_id ?? null,
    };
    const request = new SimRequest(exchange, half, true, (outcome) => {
      if (outcome.reason === "rejected") {
        this.#reject(exchange, outcome);
        return;
      }
      exchange.stages ??= outcome.stages;
      this.#end(exchange, null);
    });
    const { core, loop } = this.#parts;
    if (remote === null) {
      // An engine that was stopped may speak after the client has gone.
      exchange.onFirstToken = () => {
        if (!exchange.ended) core.prefillDone(exchange.request_id, loop.now_ns);
      };
    }
    this.#submit(exchange, route.decode_engine, request);
  }

  #submit(exchange: Exchange, engine_name: string, request: SimRequest): void {
    const engine = present(
      this.#parts.engines.get(engine_name),
      "the router core picks engines of this stack",
    );
    this.#hops.to(engine_name, request.prompt_tokens, () => {
      if (!exchange.ended) engine.submit(request);
    });
  }

  #reject(exchange: Exchange, { detail }: EffectOf<"finish">): void {
    this.#end(exchange, `400: ${detail ?? "the engine cannot run this request"}`);
  }

  #end(exchange: Exchange, refusal: string | null): void {
    const { loop, host, core } = this.#parts;
    loop.at(loop.now_ns + host.sse_ns, "http", () => {
      if (exchange.ended) return;
      core.finished(exchange.request_id, loop.now_ns);
      this.#trace(exchange, refusal);
      exchange.end(refusal === null ? null : { code: "http_status", detail: refusal });
    });
  }

  /** The router is half way between engine and client. */
  #trace(exchange: Exchange, refusal: string | null): void {
    if (this.#tracer === null) return;
    const { loop, host } = this.#parts;
    const { request_id, arrived_ns, prefilled_ns } = exchange;
    this.#tracer.ended({
      request_id,
      client_id: request_id,
      arrived_ns,
      prefilled_ns,
      answered_ns: exchange.tokenTimes(Math.ceil(host.sse_ns / 2))[0] ?? null,
      ended_ns: loop.now_ns - Math.floor(host.sse_ns / 2),
      status: refusal === null ? 200 : 400,
    });
  }
}
