// What each engine probably has in its cache, as far as a router can tell from what it sent there: one bounded LRU of block
// hashes per engine. Hashes are chained, so a hit on block i implies the blocks before it.

import type { BlockHash } from "../../domain/block_hash.ts";

export class PrefixIndex {
  readonly #blocks_per_engine: number;
  /** Per engine, least recently used first. */
  readonly #blocks_of = new Map<string, Set<BlockHash>>();

  constructor(blocks_per_engine: number) {
    this.#blocks_per_engine = blocks_per_engine;
  }

  matchedBlocks(engine_name: string, hashes: readonly BlockHash[]): number {
    const blocks = this.#blocks_of.get(engine_name);
    if (blocks === undefined) return 0;
    let matched = 0;
    while (matched < hashes.length && blocks.has(hashes[matched] as BlockHash)) matched++;
    return matched;
  }

  /** Touches the last block first: the head of a prefix outlives its tail, as in the engine's own free queue. */
  remember(engine_name: string, hashes: readonly BlockHash[]): void {
    const blocks = this.#blocks_of.get(engine_name) ?? new Set();
    this.#blocks_of.set(engine_name, blocks);
    for (let i = hashes.length - 1; i >= 0; i--) {
      const hash = hashes[i] as BlockHash;
      blocks.delete(hash);
      blocks.add(hash);
    }
    for (const oldest of blocks) {
      if (blocks.size <= this.#blocks_per_engine) break;
      blocks.delete(oldest);
    }
  }

  forget(engine_name: string): void {
    this.#blocks_of.delete(engine_name);
  }
}
