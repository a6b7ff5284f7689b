// The engine that has most of the prompt's prefix in its cache (prefix_index.ts). A match is not followed to an engine that
// has too much more to do than the least loaded one.

import type { BlockHash } from "../../domain/block_hash.ts";
import { isLessLoaded, leastLoaded } from "./pick_least_loaded.ts";
import { type Candidates, type EngineLoad, PickRule } from "./pick_rule.ts";
import { PrefixIndex } from "./prefix_index.ts";
import type { RouteRequest } from "./router_api.ts";

export class PickPrefix extends PickRule {
  readonly #index: PrefixIndex;
  readonly #load_guard_tokens: number;

  constructor(index_blocks: number, load_guard_tokens: number) {
    super();
    this.#index = new PrefixIndex(index_blocks);
    this.#load_guard_tokens = load_guard_tokens;
  }

  override pick<Engine extends EngineLoad>(candidates: Candidates<Engine>, request: RouteRequest): Engine {
    const picked = this.#choose(candidates, request.prompt_block_hashes);
    this.#index.remember(picked.engine_name, request.prompt_block_hashes);
    return picked;
  }

  override engineLost(engine_name: string): void {
    this.#index.forget(engine_name);
  }

  #choose<Engine extends EngineLoad>(candidates: Candidates<Engine>, hashes: readonly BlockHash[]): Engine {
    const idlest = leastLoaded(candidates);
    const holder = this.#longestMatch(candidates, hashes);
    if (holder === null) return idlest;
    const extra_tokens = holder.outstanding_prompt_tokens - idlest.outstanding_prompt_tokens;
    return extra_tokens > this.#load_guard_tokens ? idlest : holder;
  }

  /** Of equal matches the least loaded; null where nobody has a block. */
  #longestMatch<Engine extends EngineLoad>(
    candidates: Candidates<Engine>,
    hashes: readonly BlockHash[],
  ): Engine | null {
    let best: Engine | null = null;
    let longest = 0;
    for (const engine of candidates) {
      const matched = this.#index.matchedBlocks(engine.engine_name, hashes);
      if (matched === 0 || matched < longest) continue;
      if (best === null || matched > longest || isLessLoaded(engine, best)) best = engine;
      longest = matched;
    }
    return best;
  }
}
