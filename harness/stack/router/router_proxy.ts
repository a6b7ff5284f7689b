// One completion request through the router: choose engines, prefill and hand over (or pass on whole where an engine does
// both), stream the answer back. A request whose engine fails before the first byte of the answer is tried once more, on other engines if
// there are any; after that the client gets 502. What an engine refuses (4xx) is the client's to read and is passed on.

import type { Clock } from "../../clock/clock.ts";
import type { Route, RouterCore } from "../../core/router/router_api.ts";
import { RouterTracer } from "../../core/router/router_tracer.ts";
import { present } from "../../domain/assert.ts";
import type { Result } from "../../domain/result.ts";
import type { TraceLog } from "../../domain/trace_span.ts";
import { nsToMs } from "../../domain/units.ts";
import { badGateway, errorResponse, tooManyRequests } from "../openai/openai_error.ts";
import type { Log, RouterProcess } from "../process_config.ts";
import type { RouterCounters } from "./router_counters.ts";
import { forwardedHeaders, passedBackHeaders, STAGES_HEADER } from "./router_headers.ts";
import type { RouterHealth } from "./router_health.ts";
import { decodeBody, prefillBody } from "./router_pair.ts";
import type { RecordedExchange, RouterRecorder } from "./router_recorder.ts";
import { parseRouterRequest, type RouterRequest } from "./router_request.ts";
import { postUpstream, readWhole, type UpstreamAnswer, type UpstreamError } from "./router_upstream.ts";

export interface RouterProxyOptions {
  readonly config: RouterProcess;
  readonly urls: ReadonlyMap<string, string>;
  readonly core: RouterCore;
  readonly health: RouterHealth;
  readonly counters: RouterCounters;
  readonly recorder: RouterRecorder | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** A request under way. */
interface Exchange {
  readonly path: string;
  readonly arrived_ns: number;
  readonly request: RouterRequest;
  readonly client_gone: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  readonly recorded: RecordedExchange | null;
  readonly client_id: string | null;
  readonly times: { prefilled_ns: number | null };
}

type Attempt = { readonly done: Response } | { readonly failed: string };

const ATTEMPTS = 2;
/** The recorder reads answers. */
const PLAIN_ANSWER = { "accept-encoding": "identity" };

export class RouterProxy {
  readonly #options: RouterProxyOptions;
  /** Differs between routers and between starts of one, so that request and transfer ids are unique in a run. */
  readonly #id_prefix: string;
  #tracer: RouterTracer | null = null;
  #sequence = 0;

  constructor(options: RouterProxyOptions) {
    this.#options = options;
    this.#id_prefix = `${options.config.name}-${options.clock.now_ns().toString(36)}`;
  }

  /** Keeps spans from here on, of so many requests at most. */
  startTrace(max_requests: number): void {
    this.#tracer = new RouterTracer(this.#options.config.name, max_requests);
  }

  /** Null: no trace was started. */
  traceLog(): TraceLog | null {
    return this.#tracer?.log() ?? null;
  }

  async answer(path: string, http: Request): Promise<Response> {
    const { clock, counters, config, recorder } = this.#options;
    const arrived_ns = clock.now_ns();
    counters.requests++;
    const request_id = `${this.#id_prefix}-${this.#sequence++}`;
    const parsed = parseRouterRequest(await http.text(), {
      request_id,
      session_header: http.headers.get("x-session-id"),
      policy: config.policy,
      block_tokens: config.block_tokens,
    });
    if (!parsed.ok) return errorResponse(parsed.error);
    const { route, body } = parsed.value;
    const recorded = recorder?.begin({ arrived_ns, session_id: route.session_id, body }) ?? null;
    const headers = {
      ...forwardedHeaders(http.headers),
      "x-request-id": request_id,
      ...(recorded === null ? {} : PLAIN_ANSWER),
    };
    const client_id = http.headers.get("x-request-id");
    const times = { prefilled_ns: null };
    const request = parsed.value;
    const exchange = {
      path,
      arrived_ns,
      client_id,
      request,
      client_gone: http.signal,
      headers,
      recorded,
      times,
    };
    const response = await this.#try(exchange);
    if (response.status >= 400) recorded?.end(null);
    return response;
  }

  async #try(exchange: Exchange): Promise<Response> {
    const { core, counters, clock, log } = this.#options;
    const { route: request } = exchange.request;
    let why = "";
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const route = core.route(request, clock.now_ns());
      if ("error" in route && route.error === "slo") {
        counters.refused_requests++;
        return errorResponse(tooManyRequests("No engine can serve this request in time. Send it later."));
      }
      if ("error" in route) {
        why = why === "" ? "no engine is up" : `${why}; no other engine is up`;
        break;
      }
      const result = await this.#attempt(exchange, route);
      if ("done" in result) return result.done;
      core.finished(route, clock.now_ns());
      why = why === "" ? result.failed : `${why}; then ${result.failed}`;
      if (exchange.client_gone.aborted) {
        counters.client_disconnects++;
        return errorResponse(badGateway("The client closed the request."));
      }
      if (attempt < ATTEMPTS) counters.retries++;
    }
    counters.failed_requests++;
    log(`WARNING ${request.request_id} failed: ${why}`);
    return errorResponse(badGateway(`The request failed: ${why}. Send it again.`));
  }

  #attempt(exchange: Exchange, route: Route): Promise<Attempt> {
    const { counters } = this.#options;
    counters.countRouted(route.prefill_engine);
    if (route.prefill_engine === route.decode_engine) return this.#combined(exchange, route);
    counters.countRouted(route.decode_engine);
    return this.#pair(exchange, route);
  }

  async #combined(exchange: Exchange, route: Route): Promise<Attempt> {
    this.#countDispatch(exchange);
    const answer = await this.#post(
      exchange,
      route.decode_engine,
      exchange.request.body_text,
      exchange.recorded,
    );
    if (!answer.ok) return this.#failed(route.decode_engine, answer.error);
    // The first bytes of a stream are its first token.
    this.#options.core.prefillDone(route, this.#options.clock.now_ns());
    return this.#deliver(exchange, route, answer.value, {});
  }

  async #pair(exchange: Exchange, route: Route): Promise<Attempt> {
    const { clock, core, counters } = this.#options;
    const { body, route: request } = exchange.request;
    const prefill_body = prefillBody(body, request.request_id);
    this.#countDispatch(exchange);
    const prefill = await this.#post(exchange, route.prefill_engine, prefill_body, null);
    if (!prefill.ok) return this.#failed(route.prefill_engine, prefill.error);
    const { status, headers } = prefill.value;
    if (status >= 500) return { failed: `${route.prefill_engine} answered ${status}` };
    if (status >= 400) return this.#deliver(exchange, route, prefill.value, {});
    const prefilled = await readWhole(prefill.value);
    if (!prefilled.ok) return this.#failed(route.prefill_engine, prefilled.error);
    const prefilled_ns = clock.now_ns();
    exchange.times.prefilled_ns = prefilled_ns;
    core.prefillDone(route, prefilled_ns);

    const half = decodeBody(body, prefilled.value);
    if (!half.hands_over) counters.pairs_without_kv++;
    const decode = await this.#post(exchange, route.decode_engine, half.body_text, exchange.recorded);
    if (!decode.ok) return this.#failed(route.decode_engine, decode.error);
    const handover_ns = clock.now_ns() - prefilled_ns;
    counters.handover_ns += handover_ns;
    counters.handovers++;
    const stages = headers.get(STAGES_HEADER);
    return this.#deliver(exchange, route, decode.value, {
      ...(stages === null ? {} : { [STAGES_HEADER]: stages }),
      "x-tierbench-handover-ms": nsToMs(handover_ns).toFixed(3),
    });
  }

  #post(
    exchange: Exchange,
    engine_name: string,
    body: string,
    recorded: RecordedExchange | null,
  ): Promise<Result<UpstreamAnswer, UpstreamError>> {
    const url = present(this.#options.urls.get(engine_name), "the router core picks configured engines");
    const { headers, client_gone, path } = exchange;
    return postUpstream({ url: url + path, body, headers, client_gone, tap: recorded?.tap });
  }

  #deliver(exchange: Exchange, route: Route, answer: UpstreamAnswer, extra: Record<string, string>): Attempt {
    const { core, counters, clock } = this.#options;
    const answered_ns = clock.now_ns();
    void answer.ended.then(() => {
      const ended_ns = clock.now_ns();
      core.finished(route, ended_ns);
      this.#trace(exchange, answered_ns, ended_ns, answer.status);
      if (exchange.client_gone.aborted) counters.client_disconnects++;
      exchange.recorded?.end(answer.status);
    });
    const headers = {
      ...passedBackHeaders(answer.headers),
      "x-tierbench-prefill-engine": route.prefill_engine,
      "x-tierbench-decode-engine": route.decode_engine,
      ...extra,
    };
    return { done: new Response(answer.body, { status: answer.status, headers }) };
  }

  #trace(exchange: Exchange, answered_ns: number, ended_ns: number, status: number): void {
    const { arrived_ns, client_id, times, request } = exchange;
    const { request_id } = request.route;
    this.#tracer?.ended({ request_id, client_id, arrived_ns, ...times, answered_ns, ended_ns, status });
  }

  /** Only an engine that cannot be reached is left out; a client that went away says nothing about it. */
  #failed(engine_name: string, error: UpstreamError): Attempt {
    if (error.code === "connection") this.#options.health.lose(engine_name, error.detail);
    return { failed: `${engine_name}: ${error.detail}` };
  }

  #countDispatch(exchange: Exchange): void {
    const { counters, clock } = this.#options;
    counters.dispatches++;
    counters.dispatch_ns += clock.now_ns() - exchange.arrived_ns;
  }
}
