// The router of a simulated stack: core/router chooses; requests and answers take their hops. A pair's prefill half is
// answered whole, with the KV it holds; the decode half streams.

import { type RouterCore, type RoutingPolicy, readsPromptBlocks } from "../core/router/router_api.ts";
import { RouterTracer } from "../core/router/router_tracer.ts";
import { present } from "../domain/assert.ts";
import type { BlockHash } from "../domain/block_hash.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import type { TraceLog } from "../domain/trace_span.ts";
import type { EffectOf } from "./effect_of.ts";
import type { EventLoop, UnderWay } from "./event_loop.ts";
import type { Exchange, FirstTokenListener } from "./exchange.ts";
import { HttpHops } from "./http_hops.ts";
import type { SimEngine } from "./sim_engine.ts";
import { type RequestHalf, type RequestOwner, SimRequest } from "./sim_request.ts";

/** As a process that messages go to; engines go by their names. */
const ROUTER = "router";
const NO_HASHES: readonly BlockHash[] = [];

export interface SimRouterParts {
  readonly loop: EventLoop;
  readonly host: HostProfile;
  readonly core: RouterCore;
  readonly policy: RoutingPolicy;
  readonly engines: ReadonlyMap<string, SimEngine>;
}

export class SimRouter {
  readonly parts: SimRouterParts;
  readonly hops: HttpHops;
  #tracer: RouterTracer | null = null;

  constructor(parts: SimRouterParts) {
    this.parts = parts;
    this.hops = new HttpHops(parts.loop, parts.host, [ROUTER, ...parts.engines.keys()]);
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
    this.hops.to(ROUTER, exchange.prompt.prompt_tokens, new RoutedRequest(this, exchange));
  }

  /** The client has gone: whoever works for it stops. */
  cancel(exchange: Exchange): void {
    const { core, engines, loop } = this.parts;
    if (exchange.decode_engine === null) return;
    for (const name of [exchange.prefill_engine, exchange.decode_engine]) {
      if (name !== null) engines.get(name)?.abort(exchange.request_id);
    }
    core.finished(exchange.request_id, loop.now_ns);
  }

  /** The router is half way between engine and client. */
  trace(exchange: Exchange, refusal: string | null): void {
    if (this.#tracer === null) return;
    const { loop, host } = this.parts;
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

/** A request on its way. At the end of each hop it goes on with what comes next there. */
class RoutedRequest implements UnderWay, RequestOwner, FirstTokenListener {
  readonly #router: SimRouter;
  readonly #exchange: Exchange;
  #next: "route" | "submit" | "decode" | "end" = "route";
  #engine: SimEngine | null = null;
  /** What the engine gets: a whole request, or the half that is under way. */
  #request: SimRequest | null = null;
  /** Of the prefill half. */
  #remote: RemoteKv | null = null;
  #refusal: string | null = null;

  constructor(router: SimRouter, exchange: Exchange) {
    this.#router = router;
    this.#exchange = exchange;
  }

  proceed(): void {
    // The client may have gone meanwhile.
    if (this.#exchange.ended) return;
    switch (this.#next) {
      case "route":
        this.#route();
        break;
      case "submit":
        this.#engine?.submit(present(this.#request, "what is sent to an engine is a request"));
        break;
      case "decode":
        this.#prefilled();
        break;
      case "end":
        this.#end();
        break;
    }
  }

  #route(): void {
    const { core, policy, loop } = this.#router.parts;
    const exchange = this.#exchange;
    exchange.arrived_ns = loop.now_ns;
    const { request_id, scheduled, prompt } = exchange;
    const route = core.route(
      {
        request_id,
        session_id: scheduled.session_id,
        prompt_tokens: prompt.prompt_tokens,
        prompt_block_hashes: readsPromptBlocks(policy) ? prompt.block_hashes : NO_HASHES,
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
    if (route.prefill_engine === route.decode_engine) this.#decode(route.decode_engine);
    else this.#prefill(route.prefill_engine);
  }

  #prefill(engine_name: string): void {
    const half: RequestHalf = {
      max_tokens: 1,
      do_remote_decode: true,
      remote: null,
      transfer_id: this.#exchange.request_id,
    };
    this.#sendTo(engine_name, new SimRequest(this.#exchange, half, false, this));
  }

  /** The prefill half's answer. */
  #sendBack({ stages }: EffectOf<"finish">, remote: RemoteKv | null): void {
    this.#exchange.stages = stages;
    this.#remote = remote;
    this.#next = "decode";
    this.#router.hops.to(ROUTER, 0, this);
  }

  #prefilled(): void {
    const { core, loop } = this.#router.parts;
    const exchange = this.#exchange;
    exchange.prefilled_ns = loop.now_ns;
    core.prefillDone(exchange.request_id, loop.now_ns);
    this.#decode(present(exchange.decode_engine, "a request that was prefilled has been routed"));
  }

  /** The half that the client hears, or a whole request. */
  #decode(engine_name: string): void {
    const exchange = this.#exchange;
    const remote = this.#remote;
    const half: RequestHalf = {
      max_tokens: exchange.scheduled.turn.output_tokens,
      do_remote_decode: false,
      remote,
      transfer_id: remote?.transfer_id ?? null,
    };
    if (remote === null) exchange.first_token_listener = this;
    this.#sendTo(engine_name, new SimRequest(exchange, half, true, this));
  }

  finished(outcome: EffectOf<"finish">, remote: RemoteKv | null): void {
    if (outcome.reason === "rejected") this.#reject(outcome);
    else if (this.#request?.do_remote_decode) this.#sendBack(outcome, remote);
    else this.#answered(outcome);
  }

  /** The prefill of a whole request has ended. */
  firstToken(): void {
    const { core, loop } = this.#router.parts;
    // An engine that was stopped may speak after the client has gone.
    if (!this.#exchange.ended) core.prefillDone(this.#exchange.request_id, loop.now_ns);
  }

  #sendTo(engine_name: string, request: SimRequest): void {
    const { engines } = this.#router.parts;
    this.#engine = present(engines.get(engine_name), "the router core picks engines of this stack");
    this.#request = request;
    this.#next = "submit";
    this.#router.hops.to(engine_name, request.prompt_tokens, this);
  }

  #answered({ stages }: EffectOf<"finish">): void {
    this.#exchange.stages ??= stages;
    this.#stream();
  }

  #reject({ detail }: EffectOf<"finish">): void {
    this.#refusal = `400: ${detail ?? "the engine cannot run this request"}`;
    this.#stream();
  }

  /** The end of the answer is on its way to the client. */
  #stream(): void {
    const { loop, host } = this.#router.parts;
    this.#next = "end";
    loop.at(loop.now_ns + host.sse_ns, "http", this);
  }

  #end(): void {
    const { core, loop } = this.#router.parts;
    const exchange = this.#exchange;
    const refusal = this.#refusal;
    core.finished(exchange.request_id, loop.now_ns);
    this.#router.trace(exchange, refusal);
    exchange.end(refusal === null ? null : { code: "http_status", detail: refusal });
  }
}
