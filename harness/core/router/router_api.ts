// The contract of the router core: which engines serve a request. Pure; time only enters through now_ns.

import type { BlockHash } from "../../domain/block_hash.ts";
import type { EngineRole } from "../../domain/topology.ts";

export const ROUTING_POLICIES = ["round_robin", "least_loaded", "session", "prefix"] as const;
export type RoutingPolicy = (typeof ROUTING_POLICIES)[number];

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

/** With engines of role `both`, prefill_engine === decode_engine and there is no hand-over. */
export interface Route {
  readonly prefill_engine: string;
  readonly decode_engine: string;
}

export interface RouterCore {
  /** Picks and counts the request as running on both engines until prefillDone / finished. */
  route(request: RouteRequest, now_ns: number): Route | { readonly error: "no_engine" };
  prefillDone(request_id: string, now_ns: number): void;
  finished(request_id: string, now_ns: number): void;
  setHealthy(engine_name: string, healthy: boolean): void;
}
