// One routing policy: picks an engine for a request's prefill. A rule may learn from its own picks; it never sees time.

import type { RouteRequest } from "./router_api.ts";

export interface EngineLoad {
  readonly engine_name: string;
  /** Prompt tokens of the requests that are out on the engine. */
  readonly outstanding_prompt_tokens: number;
}

/** Healthy engines of one stage, at least one, in the order of the topology; the same list until an engine's health changes. */
export type Candidates<Engine extends EngineLoad = EngineLoad> = readonly Engine[];

export abstract class PickRule {
  /** One of the candidates, or null when none would serve the request in time. */
  abstract pick<Engine extends EngineLoad>(
    candidates: Candidates<Engine>,
    request: RouteRequest,
  ): Engine | null;

  /** Whether the engine may decode the request too. */
  acceptsDecode(_decode: EngineLoad, _request: RouteRequest): boolean {
    return true;
  }

  /** The prefill of a request that was picked for is over, or never began. */
  prefillEnded(_request_id: string): void {}

  /** The engine's caches are gone: it may come back empty. */
  engineLost(_engine_name: string): void {}
}
