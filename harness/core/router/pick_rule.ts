// One routing policy: picks an engine for a request's prefill. A rule may learn from its own picks; it never sees time.

import type { RouteRequest } from "./router_api.ts";

export interface EngineLoad {
  readonly engine_name: string;
  /** Prompt tokens of the requests that are out on the engine. */
  readonly outstanding_prompt_tokens: number;
}

/** Healthy engines of one stage, at least one, in the order of the topology. */
export type Candidates = readonly EngineLoad[];

export interface PickRule {
  /** One of the candidates. */
  pick(candidates: Candidates, request: RouteRequest): EngineLoad;
  /** The engine's caches are gone: it may come back empty. */
  engineLost(engine_name: string): void;
}
