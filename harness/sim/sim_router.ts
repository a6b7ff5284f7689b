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
import type { BlockHash } from "../domain/block_hash.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import type { TraceLog } from "../domain/trace_span.ts";
import type { EffectOf } from "./effect_of.ts";
import type { EventLoop, UnderWay } from "./event_loop.ts";
import type { Carrier, Exchange } from "./exchange.ts";
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
    const routed = new RoutedRequest(this, exchange);
    exchange.carrier = routed;
    this.hops.to(ROUTER, exchange.prompt.prompt_tokens, routed);
  }

  /** The router is half way between engine and client. */
  trace(exchange: Exchange, refusal: string | null): void {
    if (this.#tracer === null) return;
    const { loop, host } = this.parts;
    const { request_id, arrived_ns, prefilled_ns, token_ns } = exchange;
    const [first_token_ns] = token_ns;
    const half_ns = Math.floor(host.sse_ns / 2);
    this.#tracer.ended({
      request_id,
      client_id: request_id,
      arrived_ns,
      prefilled_ns,
      answered_ns: first_token_ns === undefined ? null : first_token_ns - half_ns,
      ended_ns: loop.now_ns - half_ns,
      status: refusal === null ? 200 : 400,
    });
  }
}

/** A request on its way. At the end of each hop it goes on with what comes next there; what an engine works at, it finishes. */
class RoutedRequest implements UnderWay, RequestOwner, Carrier {
  readonly #router: SimRouter;
  readonly #exchange: Exchange;
  #next: "route" | "submit" | "finish" | "decode" | "end" = "route";
  #route: Route | null = null;
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
        this.#pickEngines();
        break;
      case "submit":
        this.#next = "finish";
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

  #pickEngines(): void {
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
    this.#route = route;
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
    const route = present(this.#route, "a request that was prefilled has been routed");
    core.prefillDone(route, loop.now_ns);
    this.#decode(route.decode_engine);
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
    this.#sendTo(engine_name, new SimRequest(exchange, half, true, this));
  }

  finished(outcome: EffectOf<"finish">, remote: RemoteKv | null): void {
    if (this.#next !== "finish") return; // cancelled
    if (outcome.reason === "rejected") this.#reject(outcome);
    else if (this.#request?.do_remote_decode) this.#sendBack(outcome, remote);
    else this.#answered(outcome);
  }

  /** The prefill of a whole request has ended; that of a pair's has before. */
  firstToken(): void {
    const { core, loop } = this.#router.parts;
    // An engine that was stopped may speak after the client has gone.
    if (this.#remote !== null || this.#exchange.ended) return;
    core.prefillDone(present(this.#route, "a request with a token has been routed"), loop.now_ns);
  }

  cancel(): void {
    const { core, loop } = this.#router.parts;
    if (this.#route === null) return;
    const is_in_engine = this.#next === "finish";
    this.#next = "end";
    if (is_in_engine && this.#request !== null) this.#engine?.abort(this.#request);
    core.finished(this.#route, loop.now_ns);
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
    core.finished(present(this.#route, "a request with an answer has been routed"), loop.now_ns);
    this.#router.trace(exchange, refusal);
    exchange.end(refusal === null ? null : { code: "http_status", detail: refusal });
  }
}
