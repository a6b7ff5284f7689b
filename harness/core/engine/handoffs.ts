// The second half of an unaligned hand-off: the request has been computed up to a chunk's boundary and loads from there
// (spec: atom_reload_handoff.md). It is parked as a request that loads at once is, and resumes as a suffix prefill.

import { decideLoad } from "../connector/load_decision.ts";
import type { EngineContext } from "./engine_context.ts";
import { growBlocks } from "./grow_blocks.ts";
import type { Loads } from "./loads.ts";
import { logReload } from "./reload_log.ts";
import type { RequestState } from "./request_state.ts";

export class Handoffs {
  readonly #ctx: EngineContext;
  readonly #loads: Loads;

  constructor(ctx: EngineContext, loads: Loads) {
    this.#ctx = ctx;
    this.#loads = loads;
  }

  /** After a step: parks the request when it has come to its boundary, or lets it compute the rest where no block is free. */
  afterStep(request: RequestState, now_ns: number): void {
    const { handoff, computed_tokens } = request;
    const { store, config, queues, counters } = this.#ctx;
    if (handoff === null || store === null || computed_tokens < handoff.boundary_tokens) return;
    request.handoff = null;
    const { to_tokens } = handoff;
    const decision = decideLoad(computed_tokens, to_tokens, store.config);
    if (decision.action !== "load" || !store.looks_up) return;
    if (!growBlocks(this.#ctx, request, to_tokens)) return;
    logReload(this.#ctx, request, computed_tokens, to_tokens, decision);
    if (!request.was_sent_back) {
      counters.external_prefix_cache_hits += to_tokens - computed_tokens;
      request.stages.handoffStarted();
    }
    queues.parkRunning(request);
    this.#loads.start(request, Math.ceil(computed_tokens / config.block_tokens), now_ns);
  }
}
