// The contract of the router core: which engines serve a request. Pure; time only enters through now_ns.

import type { BlockHash } from "../../domain/block_hash.ts";
import type { EngineRole } from "../../domain/topology.ts";

export const ROUTING_POLICIES = ["round_robin", "least_loaded", "session", "prefix", "kv_aware"] as const;
export type RoutingPolicy = (typeof ROUTING_POLICIES)[number];

/** Whether a policy looks at prompt_block_hashes; for the others nobody need hash a prompt. */
export function readsPromptBlocks(policy: RoutingPolicy): boolean {
  return policy === "prefix" || policy === "kv_aware";
}

export interface RouterEngine {
  readonly engine_name: string;
  readonly role: EngineRole;
}

export interface RouteRequest {
  readonly request_id: string;
  /** From the header `x-session-id` or the `user` field; null when neither is there. */
  readonly session_id: string | null;
  readonly prompt_tokens: number;
  /** Hashes of the prompt's full blocks; empty when the prompt is text. */
  readonly prompt_block_hashes: readonly BlockHash[];
}

/**
 * Who serves a request; it stands for the request until that is finished. With engines of role `both`,
 * prefill_engine === decode_engine and there is no hand-over.
 */
export interface Route {
  readonly prefill_engine: string;
  readonly decode_engine: string;
}

/** slo: no engine can serve it in time, as far as the router can tell. */
export interface NoRoute {
  readonly error: "no_engine" | "slo";
}

export interface RouterCore {
  /** Picks and counts the request as running on both engines until prefillDone / finished of its route. */
  route(request: RouteRequest, now_ns: number): Route | NoRoute;
  /** The prompt is computed: a pair's hand-over may begin, or a combined engine has said its first token. */
  prefillDone(route: Route, now_ns: number): void;
  finished(route: Route, now_ns: number): void;
  setHealthy(engine_name: string, healthy: boolean): void;
}
