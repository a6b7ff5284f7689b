// The router of a simulated stack: core/router chooses; requests and answers take their hops. A pair's prefill half is
// answered whole, with the KV it holds; the decode half streams.

import type { EngineRequest } from "../core/engine/engine_api.ts";
import {
  type Route,
  type RouterCore,
  type RoutingPolicy,
  readsPromptBlocks,
} from "../core/router/router_api.ts";
import { present } from "../domain/assert.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import type { EventLoop } from "./event_loop.ts";
import type { Exchange } from "./exchange.ts";
import type { SimEngine, SimListener } from "./sim_engine.ts";
import type { EffectOf } from "./sim_store_client.ts";

export interface SimRouterParts {
  readonly loop: EventLoop;
  readonly host: HostProfile;
  readonly core: RouterCore;
  readonly policy: RoutingPolicy;
  readonly engines: ReadonlyMap<string, SimEngine>;
}

export class SimRouter {
  readonly #parts: SimRouterParts;

  constructor(parts: SimRouterParts) {
    this.#parts = parts;
  }

  /** From the client. */
  send(exchange: Exchange): void {
    this.#hop(exchange.prompt.prompt_tokens, () => this.#route(exchange));
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
    const { request_id, session_id, prompt } = exchange;
    const route = core.route(
      {
        request_id,
        session_id,
        prompt_tokens: prompt.prompt_tokens,
        prompt_block_hashes: readsPromptBlocks(policy) ? prompt.block_hashes : [],
      },
      loop.now_ns,
    );
    if ("error" in route) {
      const detail = route.error === "slo" ? "429: no engine can serve it in time" : "502: no engine is up";
      exchange.end({ code: "http_status", detail });
      return;
    }
    exchange.prefill_engine = route.prefill_engine;
    exchange.decode_engine = route.decode_engine;
    if (route.prefill_engine === route.decode_engine) this.#decode(exchange, route, null);
    else this.#prefill(exchange, route);
  }

  #prefill(exchange: Exchange, route: Route): void {
    const { core, loop } = this.#parts;
    const listener: SimListener = {
      tokens: () => {},
      finished: (outcome, remote) => {
        if (outcome.reason === "rejected") {
          this.#reject(exchange, outcome);
          return;
        }
        exchange.stages = outcome.stages;
        this.#hop(0, () => {
          if (exchange.ended) return;
          exchange.prefilled_ns = loop.now_ns;
          core.prefillDone(exchange.request_id, loop.now_ns);
          this.#decode(exchange, route, remote);
        });
      },
    };
    this.#submit(exchange, route.prefill_engine, listener, {
      max_tokens: 1,
      do_remote_decode: true,
      remote: null,
      transfer_id: exchange.request_id,
    });
  }

  /** The half that the client hears, or a whole request. */
  #decode(exchange: Exchange, route: Route, remote: RemoteKv | null): void {
    const listener: SimListener = {
      tokens: (at_ns) => {
        if (exchange.output_tokens === 0) this.#noteHandover(exchange, at_ns[0] ?? 0);
        exchange.tokens(at_ns);
      },
      finished: (outcome) => {
        if (outcome.reason === "rejected") {
          this.#reject(exchange, outcome);
          return;
        }
        exchange.stages ??= outcome.stages;
        this.#answer(exchange);
      },
    };
    this.#submit(exchange, route.decode_engine, listener, {
      max_tokens: exchange.max_tokens,
      do_remote_decode: false,
      remote,
      transfer_id: remote?.transfer_id ?? null,
    });
  }

  #noteHandover(exchange: Exchange, first_token_ns: number): void {
    const { host } = this.#parts;
    if (exchange.prefilled_ns === null) return;
    exchange.handover_ns = first_token_ns + Math.floor(host.sse_ns / 2) - exchange.prefilled_ns;
  }

  #submit(
    exchange: Exchange,
    engine_name: string,
    listener: SimListener,
    half: Pick<EngineRequest, "max_tokens" | "do_remote_decode" | "remote" | "transfer_id">,
  ): void {
    const engine = present(
      this.#parts.engines.get(engine_name),
      "the router core picks engines of this stack",
    );
    const { request_id, prompt } = exchange;
    this.#hop(prompt.prompt_tokens, () => {
      if (exchange.ended) return;
      const { prompt_tokens, block_hashes, tail_token_ids } = prompt;
      engine.submit(
        { request_id, prompt_tokens, prompt_block_hashes: block_hashes, tail_token_ids, ...half },
        listener,
      );
    });
  }

  #reject(exchange: Exchange, { detail }: EffectOf<"finish">): void {
    this.#end(exchange, `400: ${detail ?? "the engine cannot run this request"}`);
  }

  #answer(exchange: Exchange): void {
    this.#end(exchange, null);
  }

  #end(exchange: Exchange, refusal: string | null): void {
    const { loop, host, core } = this.#parts;
    loop.at(loop.now_ns + host.sse_ns, "http", () => {
      if (exchange.ended) return;
      core.finished(exchange.request_id, loop.now_ns);
      exchange.end(refusal === null ? null : { code: "http_status", detail: refusal });
    });
  }

  #hop(prompt_tokens: number, arrive: () => void): void {
    const { loop, host } = this.#parts;
    loop.at(loop.now_ns + host.http_ns + prompt_tokens * host.http_token_ns, "http", arrive);
  }
}
