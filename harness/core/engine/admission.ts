// Admits a waiting request: the connectors' answers, then the prefix hit in the engine's own blocks, and with that hit known
// what a connector offers behind it. A request that loads or pulls gets its blocks and is parked.
//
// A request is admitted only when the blocks of all its tokens so far are free, though a chunk takes only what it fills
// (vLLM's scheduler_reserve_full_isl): otherwise one that cannot end would be prefilled and preempted over and over.

import type { KvOffer } from "../connector/kv_connector.ts";
import { lookupBlocks } from "../connector/lookup_fold.ts";
import type { MultiConnector } from "../connector/multi_connector.ts";
import type { EngineContext } from "./engine_context.ts";
import { growBlocks } from "./grow_blocks.ts";
import type { RequestState } from "./request_state.ts";
import type { StepPlan } from "./step_plan.ts";

export type Admitted = "scheduled" | "parked" | "asked" | "no_blocks";

export class Admission {
  readonly #ctx: EngineContext;
  readonly #connectors: MultiConnector<RequestState>;

  constructor(ctx: EngineContext, connectors: MultiConnector<RequestState>) {
    this.#ctx = ctx;
    this.#connectors = connectors;
  }

  admit(request: RequestState, plan: StepPlan, now_ns: number): Admitted {
    if (request.block_ids.length > 0) return this.#schedule(request, plan);
    if (this.#connectors.defers(request, now_ns)) return "asked";
    return this.#admitFresh(request, plan, now_ns);
  }

  #admitFresh(request: RequestState, plan: StepPlan, now_ns: number): Admitted {
    const { pool, config, queues } = this.#ctx;
    const hit_ids = this.#prefixHit(request);
    const hit_blocks = hit_ids.length;
    const hbm_tokens = hit_blocks * config.block_tokens;
    const chosen = this.#connectors.offer(request, hbm_tokens);
    const lacked_blocks = Math.ceil(request.known_tokens / config.block_tokens) - hit_blocks;
    if (!pool.canAllocate(lacked_blocks, hit_ids)) return "no_blocks";
    for (const block_id of hit_ids) pool.reference(block_id);
    request.block_ids = hit_ids;
    request.computed_tokens = hbm_tokens;
    const offer = chosen?.offer ?? null;
    request.handoff = offer?.when === "at_boundary" ? offer : null;
    this.#count(request, hbm_tokens, offer);
    this.#connectors.settle(request, chosen);
    if (chosen === null || offer?.when !== "now") return this.#schedule(request, plan);
    growBlocks(this.#ctx, request, offer.end_tokens);
    queues.park(request);
    chosen.connector.load(request, hit_blocks, now_ns);
    return "parked";
  }

  #schedule(request: RequestState, plan: StepPlan): Admitted {
    const { pool, config, queues } = this.#ctx;
    const lacked_blocks = Math.ceil(request.known_tokens / config.block_tokens) - request.block_ids.length;
    if (lacked_blocks > pool.free_blocks) return "no_blocks";
    const new_tokens = Math.min(request.computable_tokens, plan.tokens_left);
    growBlocks(this.#ctx, request, request.computed_tokens + new_tokens);
    queues.run(request);
    plan.add(request, new_tokens, pool);
    return "scheduled";
  }

  /** Cached leading blocks, at most so many that one token is left to compute. */
  #prefixHit(request: RequestState): number[] {
    const { pool, config } = this.#ctx;
    const hit_ids: number[] = [];
    const limit = config.enable_prefix_caching ? lookupBlocks(request.known_tokens, config.block_tokens) : 0;
    while (hit_ids.length < limit) {
      const block_id = pool.find(request.answer.blockHash(hit_ids.length));
      if (block_id < 0) break;
      hit_ids.push(block_id);
    }
    return hit_ids;
  }

  /** Hit rates count a request once, as vLLM's do; a preempted one that comes back is not asked about again. */
  #count(request: RequestState, hbm_tokens: number, offer: KvOffer | null): void {
    request.stages.admitted(hbm_tokens);
    if (request.was_sent_back) return;
    const { counters, store, config } = this.#ctx;
    if (config.enable_prefix_caching) {
      counters.prefix_cache_queries += request.known_tokens;
      counters.prefix_cache_hits += hbm_tokens;
    }
    if (store === null || !store.looks_up || request.request.remote !== null) return;
    counters.external_prefix_cache_queries += request.known_tokens - hbm_tokens;
    if (offer?.when === "now") counters.external_prefix_cache_hits += offer.end_tokens - hbm_tokens;
  }
}
