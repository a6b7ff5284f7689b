// Which engines serve a request. Picks among the healthy engines with the policy's rule and keeps count of the work that
// is out on each. It knows nothing of HTTP, retries or hand-over: the live router process and the simulator do those.
//
// A P/D pair is a prefill engine by the policy and a decode engine by load: what decode reuses is pulled, not cached.
// Load is in prompt tokens: those of a pair's prefill until prefillDone, those of its decode until finished. A combined engine's
// are one load until finished; the end of its prefill only tells a policy that reckons with queues.

import { assert, present } from "../../domain/assert.ts";
import type { KvAwareConfig } from "./kv_aware_config.ts";
import { PickKvAware } from "./pick_kv_aware.ts";
import { leastLoaded, PickLeastLoaded } from "./pick_least_loaded.ts";
import { PickPrefix } from "./pick_prefix.ts";
import { PickRoundRobin } from "./pick_round_robin.ts";
import type { EngineLoad, PickRule } from "./pick_rule.ts";
import { PickSession } from "./pick_session.ts";
import type { NoRoute, Route, RouteRequest, RouterCore, RouterEngine, RoutingPolicy } from "./router_api.ts";

export interface RouterCoreConfig {
  /** Blocks remembered per engine by the prefix policy; the longest unused are forgotten first. */
  readonly prefix_index_blocks: number;
  /** Prefix policy: how many prompt tokens more than the least loaded engine a match may cost. */
  readonly prefix_load_guard_tokens: number;
  readonly kv_aware: KvAwareConfig;
}

export const DEFAULT_ROUTER_CORE_CONFIG: RouterCoreConfig = {
  prefix_index_blocks: 262_144,
  prefix_load_guard_tokens: 16_384,
  // Of a laptop's engines, about; a stack says what its own take.
  kv_aware: {
    block_tokens: 16,
    balancing_threshold: 2,
    prefill_ns_per_token: 100_000,
    prefill_ns_per_attended_token: 0,
    transfer_ns_per_token: 3_000,
    decode_base_ns: 5_000_000,
    decode_ns_per_kv_token: 0,
    ttft_slo_ms: null,
    tbt_slo_ms: null,
  },
};

export function createRouterCore(
  policy: RoutingPolicy,
  engines: readonly RouterEngine[],
  config: RouterCoreConfig = DEFAULT_ROUTER_CORE_CONFIG,
): RouterCore {
  return new PolicyRouterCore(createPickRule(policy, config), engines);
}

function createPickRule(policy: RoutingPolicy, config: RouterCoreConfig): PickRule {
  switch (policy) {
    case "round_robin":
      return new PickRoundRobin();
    case "least_loaded":
      return new PickLeastLoaded();
    case "session":
      return new PickSession();
    case "prefix":
      return new PickPrefix(config.prefix_index_blocks, config.prefix_load_guard_tokens);
    case "kv_aware":
      return new PickKvAware(config.kv_aware, config.prefix_index_blocks);
  }
}

interface EngineState extends EngineLoad {
  outstanding_prompt_tokens: number;
  readonly role: RouterEngine["role"];
  healthy: boolean;
}

/** A routed request: the engines that still carry its tokens. */
interface Running {
  readonly prompt_tokens: number;
  prefill: EngineState | null;
  readonly decode: EngineState;
}

class PolicyRouterCore implements RouterCore {
  readonly #rule: PickRule;
  readonly #engines: ReadonlyMap<string, EngineState>;
  readonly #running = new Map<string, Running>();
  /** Healthy engines of each stage; the same lists until an engine's health changes. */
  #prefill_engines: readonly EngineState[];
  #decode_engines: readonly EngineState[];

  constructor(rule: PickRule, engines: readonly RouterEngine[]) {
    const both_count = engines.filter((engine) => engine.role === "both").length;
    assert(both_count === 0 || both_count === engines.length, "engines are all combined or all P/D");
    this.#rule = rule;
    this.#engines = new Map(
      engines.map((engine) => [
        engine.engine_name,
        { ...engine, healthy: true, outstanding_prompt_tokens: 0 },
      ]),
    );
    assert(this.#engines.size === engines.length, "engine names are unique");
    this.#prefill_engines = this.#healthy("prefill");
    this.#decode_engines = this.#healthy("decode");
  }

  route(request: RouteRequest, _now_ns: number): Route | NoRoute {
    assert(!this.#running.has(request.request_id), "a request is routed once");
    if (this.#prefill_engines.length === 0 || this.#decode_engines.length === 0)
      return { error: "no_engine" };

    const picked = this.#rule.pick(this.#prefill_engines, request);
    if (picked === null) return { error: "slo" };
    const prefill = this.#state(picked);
    const decode = prefill.role === "both" ? prefill : this.#state(leastLoaded(this.#decode_engines));
    if (!this.#rule.acceptsDecode(decode, request)) {
      this.#rule.prefillEnded(request.request_id);
      return { error: "slo" };
    }
    this.#start(request, prefill, decode);
    return { prefill_engine: prefill.engine_name, decode_engine: decode.engine_name };
  }

  prefillDone(request_id: string, _now_ns: number): void {
    this.#endPrefill(request_id);
  }

  finished(request_id: string, _now_ns: number): void {
    const running = this.#endPrefill(request_id);
    running.decode.outstanding_prompt_tokens -= running.prompt_tokens;
    this.#running.delete(request_id);
  }

  setHealthy(engine_name: string, healthy: boolean): void {
    const engine = present(this.#engines.get(engine_name), `${engine_name} is an engine of this router`);
    if (engine.healthy && !healthy) this.#rule.engineLost(engine_name);
    engine.healthy = healthy;
    this.#prefill_engines = this.#healthy("prefill");
    this.#decode_engines = this.#healthy("decode");
  }

  /** A combined engine carries the request once, until it is finished. */
  #start(request: RouteRequest, prefill: EngineState, decode: EngineState): void {
    const { request_id, prompt_tokens } = request;
    const separate = prefill !== decode;
    decode.outstanding_prompt_tokens += prompt_tokens;
    if (separate) prefill.outstanding_prompt_tokens += prompt_tokens;
    this.#running.set(request_id, { prompt_tokens, prefill: separate ? prefill : null, decode });
  }

  #endPrefill(request_id: string): Running {
    const running = present(this.#running.get(request_id), "a request that ends is running");
    this.#rule.prefillEnded(request_id);
    if (running.prefill !== null) running.prefill.outstanding_prompt_tokens -= running.prompt_tokens;
    running.prefill = null;
    return running;
  }

  #healthy(stage: "prefill" | "decode"): EngineState[] {
    return [...this.#engines.values()].filter(
      (engine) => engine.healthy && (engine.role === stage || engine.role === "both"),
    );
  }

  #state(load: EngineLoad): EngineState {
    return present(this.#engines.get(load.engine_name), "a rule picks one of its candidates");
  }
}
