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

/** A routed request. */
class RunningRequest implements Route {
  readonly prefill_engine: string;
  readonly decode_engine: string;
  readonly request_id: string;
  readonly prompt_tokens: number;
  /** While it carries the tokens too; a combined engine carries them once. */
  prefill: EngineState | null;
  readonly decode: EngineState;
  is_finished = false;

  constructor({ request_id, prompt_tokens }: RouteRequest, prefill: EngineState, decode: EngineState) {
    this.prefill_engine = prefill.engine_name;
    this.decode_engine = decode.engine_name;
    this.request_id = request_id;
    this.prompt_tokens = prompt_tokens;
    this.prefill = prefill === decode ? null : prefill;
    this.decode = decode;
  }
}

class PolicyRouterCore implements RouterCore {
  readonly #rule: PickRule;
  readonly #engines: ReadonlyMap<string, EngineState>;
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
    if (this.#prefill_engines.length === 0 || this.#decode_engines.length === 0)
      return { error: "no_engine" };

    const prefill = this.#rule.pick(this.#prefill_engines, request);
    if (prefill === null) return { error: "slo" };
    const decode = prefill.role === "both" ? prefill : leastLoaded(this.#decode_engines);
    if (!this.#rule.acceptsDecode(decode, request)) {
      this.#rule.prefillEnded(request.request_id);
      return { error: "slo" };
    }
    const running = new RunningRequest(request, prefill, decode);
    decode.outstanding_prompt_tokens += running.prompt_tokens;
    if (running.prefill !== null) running.prefill.outstanding_prompt_tokens += running.prompt_tokens;
    return running;
  }

  prefillDone(route: Route, _now_ns: number): void {
    this.#endPrefill(route);
  }

  finished(route: Route, _now_ns: number): void {
    const running = this.#endPrefill(route);
    running.decode.outstanding_prompt_tokens -= running.prompt_tokens;
    running.is_finished = true;
  }

  setHealthy(engine_name: string, healthy: boolean): void {
    const engine = present(this.#engines.get(engine_name), `${engine_name} is an engine of this router`);
    if (engine.healthy && !healthy) this.#rule.engineLost(engine_name);
    engine.healthy = healthy;
    this.#prefill_engines = this.#healthy("prefill");
    this.#decode_engines = this.#healthy("decode");
  }

  #endPrefill(route: Route): RunningRequest {
    assert(route instanceof RunningRequest && !route.is_finished, "a request that ends is running");
    this.#rule.prefillEnded(route.request_id);
    if (route.prefill !== null) route.prefill.outstanding_prompt_tokens -= route.prompt_tokens;
    route.prefill = null;
    return route;
  }

  #healthy(stage: "prefill" | "decode"): EngineState[] {
    return [...this.#engines.values()].filter(
      (engine) => engine.healthy && (engine.role === stage || engine.role === "both"),
    );
  }
}
