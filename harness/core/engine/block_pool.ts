// The paged KV memory of an engine: reference counts, a prefix cache by block hash, and a free queue in LRU order.
//
// A block that nobody references stays in the prefix cache until it is reallocated; a hit takes it out of the free queue.
// Two blocks may hold the same content (two requests computed it at once); both are cached, as in vLLM V1, and the hash
// is forgotten with the last of them. Ids are 0 … num_blocks − 1; there is no null block.

import { assert } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { FreeQueue } from "./free_queue.ts";

/** Hashes are ≥ 0. */
const NO_HASH = -1;
const NO_BLOCK = -1;

export class BlockPool {
  readonly num_blocks: number;
  readonly #enable_caching: boolean;
  readonly #references: Int32Array;
  readonly #free: FreeQueue;
  /** Hash a block is cached under. */
  readonly #hash: Float64Array;
  /** First block of a hash; `#twin` chains the others. */
  readonly #cached = new Map<number, number>();
  readonly #twin: Int32Array;

  constructor(num_blocks: number, enable_caching: boolean) {
    assert(num_blocks > 0, "a pool has at least one block");
    this.num_blocks = num_blocks;
    this.#enable_caching = enable_caching;
    this.#references = new Int32Array(num_blocks);
    this.#hash = new Float64Array(num_blocks).fill(NO_HASH);
    this.#twin = new Int32Array(num_blocks).fill(NO_BLOCK);
    this.#free = new FreeQueue(num_blocks);
    for (let block_id = 0; block_id < num_blocks; block_id++) this.#free.pushBack(block_id);
  }

  get free_blocks(): number {
    return this.#free.length;
  }

  get used_blocks(): number {
    return this.num_blocks - this.#free.length;
  }

  get cached_hashes(): number {
    return this.#cached.size;
  }

  /** A block that holds this content, or -1. */
  find(hash: BlockHash): number {
    return this.#cached.get(hash) ?? NO_BLOCK;
  }

  /** Whether `new_blocks` can be allocated after `hit_ids` are referenced: free hits cannot be handed out as well. */
  canAllocate(new_blocks: number, hit_ids: readonly number[]): boolean {
    let free_hits = 0;
    for (const block_id of hit_ids) if (this.#references[block_id] === 0) free_hits++;
    return new_blocks + free_hits <= this.#free.length;
  }

  /** Takes a reference to a block that is in use or cached. */
  reference(block_id: number): void {
    if (this.#references[block_id] === 0) this.#free.remove(block_id);
    this.#references[block_id] = (this.#references[block_id] as number) + 1;
  }

  /** The least recently used free block, with one reference and no content. */
  allocate(): number {
    const block_id = this.#free.popFront();
    this.#forget(block_id);
    this.#references[block_id] = 1;
    return block_id;
  }

  /** Drops one reference to each block, last first: of blocks freed together, the tail of a prompt is reused first. */
  release(block_ids: readonly number[]): void {
    for (let i = block_ids.length - 1; i >= 0; i--) this.#drop(block_ids[i] as number);
  }

  /** Makes a referenced block findable by its content. */
  cache(block_id: number, hash: BlockHash): void {
    if (!this.#enable_caching || this.#hash[block_id] === hash) return;
    assert(this.#references[block_id] !== 0, "a block is cached while it is referenced");
    assert(this.#hash[block_id] === NO_HASH, "a block's content does not change while it is referenced");
    this.#hash[block_id] = hash;
    const first = this.#cached.get(hash);
    if (first === undefined) {
      this.#cached.set(hash, block_id);
      return;
    }
    this.#twin[block_id] = this.#twin[first] as number;
    this.#twin[first] = block_id;
  }

  /** Empties the prefix cache. Referenced blocks keep their bytes for those who hold them, but nobody finds them again. */
  clearCache(): void {
    this.#cached.clear();
    this.#hash.fill(NO_HASH);
    this.#twin.fill(NO_BLOCK);
  }

  /** expected_references[block_id]: references that the pool's users say they hold. For tests: O(num_blocks). */
  assertInvariants(expected_references: Int32Array): void {
    let free = 0;
    for (let block_id = 0; block_id < this.num_blocks; block_id++) {
      const references = this.#references[block_id] as number;
      assert(references === expected_references[block_id], "every reference to a block has a holder");
      assert((references === 0) === this.#free.has(block_id), "a block is free when nobody references it");
      if (references === 0) free++;
      const hash = this.#hash[block_id] as number;
      assert(hash === NO_HASH || this.#chainHas(hash, block_id), "a cached block is found by its hash");
    }
    assert(free === this.#free.length, "the free queue holds the free blocks and no other");
    for (const [hash, block_id] of this.#cached) {
      assert(this.#hash[block_id] === hash, "a hash leads to a block of that content");
    }
  }

  #drop(block_id: number): void {
    const references = this.#references[block_id] as number;
    assert(references > 0, "a reference is dropped once");
    this.#references[block_id] = references - 1;
    if (references === 1) this.#free.pushBack(block_id);
  }

  #forget(block_id: number): void {
    const hash = this.#hash[block_id] as number;
    if (hash === NO_HASH) return;
    const twin = this.#twin[block_id] as number;
    const first = this.#cached.get(hash) as number;
    if (first !== block_id) this.#twin[this.#twinBefore(first, block_id)] = twin;
    else if (twin === NO_BLOCK) this.#cached.delete(hash);
    else this.#cached.set(hash, twin);
    this.#hash[block_id] = NO_HASH;
    this.#twin[block_id] = NO_BLOCK;
  }

  #twinBefore(first: number, block_id: number): number {
    let before = first;
    while (this.#twin[before] !== block_id) {
      before = this.#twin[before] as number;
      assert(before !== NO_BLOCK, "a cached block is in the chain of its hash");
    }
    return before;
  }

  #chainHas(hash: number, block_id: number): boolean {
    let at = this.#cached.get(hash) ?? NO_BLOCK;
    while (at !== NO_BLOCK && at !== block_id) at = this.#twin[at] as number;
    return at === block_id;
  }
}
