// Admits a waiting request: prefix hit in the engine's own blocks, then the store's answer, then allocation, and only then,
// with the real hit known, the decision to load. A request that loads or pulls gets its blocks and is parked.
//
// A request is admitted only when the blocks of all its tokens so far are free, though a chunk takes only what it fills
// (vLLM's scheduler_reserve_full_isl): otherwise one that cannot end would be prefilled and preempted over and over.

import { decideLoad } from "../connector/load_decision.ts";
import { lookupBlocks } from "../connector/lookup_fold.ts";
import type { EngineContext } from "./engine_context.ts";
import { growBlocks } from "./grow_blocks.ts";
import type { Loads } from "./loads.ts";
import type { Lookups } from "./lookups.ts";
import type { Pulls } from "./pulls.ts";
import { logReload } from "./reload_log.ts";
import type { Handoff, RequestState } from "./request_state.ts";
import type { StepPlan } from "./step_plan.ts";

export type Admitted = "scheduled" | "parked" | "asked" | "no_blocks";

/** Where the tokens behind the prefix hit come from, and how far blocks are needed at once. */
interface Supply {
  readonly source: "compute" | "load" | "pull";
  readonly end_tokens: number;
  /** Only with compute. */
  readonly handoff?: Handoff;
}

export class Admission {
  readonly #ctx: EngineContext;
  readonly #lookups: Lookups;
  readonly #loads: Loads;
  readonly #pulls: Pulls;

  constructor(ctx: EngineContext, lookups: Lookups, loads: Loads, pulls: Pulls) {
    this.#ctx = ctx;
    this.#lookups = lookups;
    this.#loads = loads;
    this.#pulls = pulls;
  }

  admit(request: RequestState, plan: StepPlan, now_ns: number): Admitted {
    if (request.block_ids.length > 0) return this.#schedule(request, plan);
    if (this.#lookups.mustWait(request, now_ns)) return "asked";
    return this.#admitFresh(request, plan, now_ns);
  }

  #admitFresh(request: RequestState, plan: StepPlan, now_ns: number): Admitted {
    const { pool, config, queues } = this.#ctx;
    const hit_ids = this.#prefixHit(request);
    const hit_blocks = hit_ids.length;
    const hbm_tokens = hit_blocks * config.block_tokens;
    const supply = this.#supplyBehind(request, hbm_tokens, plan.tokens_left);
    const lacked_blocks = Math.ceil(request.known_tokens / config.block_tokens) - hit_blocks;
    if (!pool.canAllocate(lacked_blocks, hit_ids)) return "no_blocks";
    for (const block_id of hit_ids) pool.reference(block_id);
    request.block_ids = hit_ids;
    request.computed_tokens = hbm_tokens;
    request.handoff = supply.handoff ?? null;
    this.#count(request, hbm_tokens, supply);
    if (supply.source === "compute") {
      this.#pulls.release(request);
      return this.#schedule(request, plan);
    }
    growBlocks(this.#ctx, request, supply.end_tokens);
    queues.park(request);
    if (supply.source === "load") this.#loads.start(request, hit_blocks, now_ns);
    else this.#pulls.start(request, hit_blocks, now_ns);
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

  #supplyBehind(request: RequestState, hbm_tokens: number, tokens_left: number): Supply {
    const { config, store } = this.#ctx;
    const { prompt_tokens } = request.request;
    const compute_end = hbm_tokens + Math.min(request.known_tokens - hbm_tokens, tokens_left);
    if (request.holds_remote) {
      // Nothing but the last prompt token is missing, and that one is computed here anyway.
      if (hbm_tokens === prompt_tokens - 1) return { source: "compute", end_tokens: compute_end };
      return { source: "pull", end_tokens: prompt_tokens };
    }
    if (store === null || request.lookup.state !== "answered") {
      return { source: "compute", end_tokens: compute_end };
    }
    const hit_tokens = request.lookup.hit_blocks * config.block_tokens;
    const decision = decideLoad(hbm_tokens, hit_tokens, store.config);
    logReload(this.#ctx, request, hbm_tokens, hit_tokens, decision);
    if (decision.action === "skip") return { source: "compute", end_tokens: compute_end };
    if (decision.action === "load") return { source: "load", end_tokens: decision.to_tokens };
    const end_tokens = Math.min(compute_end, decision.boundary_tokens);
    return { source: "compute", end_tokens, handoff: decision };
  }

  /** Hit rates count a request once, as vLLM's do; a preempted one that comes back is not asked about again. */
  #count(request: RequestState, hbm_tokens: number, supply: Supply): void {
    request.stages.admitted(hbm_tokens);
    if (request.was_sent_back) return;
    const { counters, store, config } = this.#ctx;
    if (config.enable_prefix_caching) {
      counters.prefix_cache_queries += request.known_tokens;
      counters.prefix_cache_hits += hbm_tokens;
    }
    if (store === null || !store.looks_up || request.request.remote !== null) return;
    counters.external_prefix_cache_queries += request.known_tokens - hbm_tokens;
    if (supply.source === "load") counters.external_prefix_cache_hits += supply.end_tokens - hbm_tokens;
  }
}
