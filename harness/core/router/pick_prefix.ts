// The engine that has most of the prompt's prefix in its cache, as far as the router can tell from what it sent there:
// one bounded LRU of block hashes per engine. Hashes are chained, so a hit on block i implies the blocks before it.
// A match is not followed to an engine that has too much more to do than the least loaded one.

import type { BlockHash } from "../../domain/block_hash.ts";
import { leastLoaded } from "./pick_least_loaded.ts";
import type { Candidates, EngineLoad, PickRule } from "./pick_rule.ts";
import type { RouteRequest } from "./router_api.ts";

export class PickPrefix implements PickRule {
  readonly #index_blocks: number;
  readonly #load_guard_tokens: number;
  /** Per engine, least recently used first. */
  readonly #blocks_of = new Map<string, Set<BlockHash>>();

  constructor(index_blocks: number, load_guard_tokens: number) {
    this.#index_blocks = index_blocks;
    this.#load_guard_tokens = load_guard_tokens;
  }

  pick(candidates: Candidates, request: RouteRequest): EngineLoad {
    const picked = this.#choose(candidates, request.prompt_block_hashes);
    this.#remember(picked.engine_name, request.prompt_block_hashes);
    return picked;
  }

  engineLost(engine_name: string): void {
    this.#blocks_of.delete(engine_name);
  }

  #choose(candidates: Candidates, hashes: readonly BlockHash[]): EngineLoad {
    const matches = candidates.map((engine) => this.#matchedBlocks(engine.engine_name, hashes));
    const longest = Math.max(...matches);
    const idlest = leastLoaded(candidates);
    if (longest === 0) return idlest;
    const holder = leastLoaded(candidates.filter((_, i) => matches[i] === longest));
    const extra_tokens = holder.outstanding_prompt_tokens - idlest.outstanding_prompt_tokens;
    return extra_tokens > this.#load_guard_tokens ? idlest : holder;
  }

  #matchedBlocks(engine_name: string, hashes: readonly BlockHash[]): number {
    const blocks = this.#blocks_of.get(engine_name);
    if (blocks === undefined) return 0;
    const missing = hashes.findIndex((hash) => !blocks.has(hash));
    return missing === -1 ? hashes.length : missing;
  }

  /** Touches the last block first: the head of a prefix outlives its tail, as in the engine's own free queue. */
  #remember(engine_name: string, hashes: readonly BlockHash[]): void {
    const blocks = this.#blocks_of.get(engine_name) ?? new Set();
    this.#blocks_of.set(engine_name, blocks);
    for (const hash of hashes.toReversed()) {
      blocks.delete(hash);
      blocks.add(hash);
    }
    for (const oldest of blocks) {
      if (blocks.size <= this.#index_blocks) break;
      blocks.delete(oldest);
    }
  }
}
