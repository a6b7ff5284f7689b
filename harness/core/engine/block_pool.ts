// The paged KV memory of an engine: reference counts, a prefix cache by block hash, and a free queue in LRU order.
//
// A block that nobody references stays in the prefix cache until it is reallocated; a hit takes it out of the free queue.
// Two blocks may hold the same content (two requests computed it at once); both are cached, as in vLLM V1, and the hash
// is forgotten with the last of them. Ids are 0 … num_blocks − 1; there is no null block.

import { assert } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { BlockIndex } from "./block_index.ts";
import { BlockRecords, NO_BLOCK, NO_HASH } from "./block_records.ts";
import { FreeQueue } from "./free_queue.ts";

export class BlockPool {
  readonly num_blocks: number;
  readonly #enable_caching: boolean;
  readonly #records: BlockRecords;
  readonly #free: FreeQueue;
  /** The first block of a content; its record leads to the others. */
  readonly #cached: BlockIndex;

  constructor(num_blocks: number, enable_caching: boolean) {
    assert(num_blocks > 0, "a pool has at least one block");
    this.num_blocks = num_blocks;
    this.#enable_caching = enable_caching;
    this.#records = new BlockRecords(num_blocks);
    this.#free = new FreeQueue(this.#records);
    this.#cached = new BlockIndex(this.#records);
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
    return this.#cached.find(hash);
  }

  /** Whether `new_blocks` can be allocated after `hit_ids` are referenced: free hits cannot be handed out as well. */
  canAllocate(new_blocks: number, hit_ids: readonly number[]): boolean {
    let free_hits = 0;
    for (const block_id of hit_ids) if (this.#records.references(block_id) === 0) free_hits++;
    return new_blocks + free_hits <= this.#free.length;
  }

  /** Takes a reference to a block that is in use or cached. */
  reference(block_id: number): void {
    const references = this.#records.references(block_id);
    if (references === 0) this.#free.remove(block_id);
    this.#records.setReferences(block_id, references + 1);
  }

  /** The least recently used free block, with one reference and no content. */
  allocate(): number {
    const block_id = this.#free.popFront();
    this.#forget(block_id);
    this.#records.setReferences(block_id, 1);
    return block_id;
  }

  /** Drops one reference to each block, last first: of blocks freed together, the tail of a prompt is reused first. */
  release(block_ids: readonly number[]): void {
    for (let i = block_ids.length - 1; i >= 0; i--) this.#drop(block_ids[i] as number);
  }

  /** Makes a referenced block findable by its content. */
  cache(block_id: number, hash: BlockHash): void {
    const records = this.#records;
    if (!this.#enable_caching || records.hash(block_id) === hash) return;
    assert(records.references(block_id) !== 0, "a block is cached while it is referenced");
    assert(records.hash(block_id) === NO_HASH, "a block's content does not change while it is referenced");
    const first = this.#cached.find(hash);
    records.setHash(block_id, hash);
    if (first === NO_BLOCK) {
      this.#cached.put(block_id);
      return;
    }
    records.setTwin(block_id, records.twin(first));
    records.setTwin(first, block_id);
  }

  /** Empties the prefix cache. Referenced blocks keep their bytes for those who hold them, but nobody finds them again. */
  clearCache(): void {
    this.#cached.clear();
    for (let block_id = 0; block_id < this.num_blocks; block_id++) {
      this.#records.setHash(block_id, NO_HASH);
      this.#records.setTwin(block_id, NO_BLOCK);
    }
  }

  /** expected_references[block_id]: references that the pool's users say they hold. For tests: O(num_blocks). */
  assertInvariants(expected_references: Int32Array): void {
    let free = 0;
    for (let block_id = 0; block_id < this.num_blocks; block_id++) {
      const references = this.#records.references(block_id);
      assert(references === expected_references[block_id], "every reference to a block has a holder");
      assert((references === 0) === this.#free.has(block_id), "a block is free when nobody references it");
      if (references === 0) free++;
      const hash = this.#records.hash(block_id);
      assert(hash === NO_HASH || this.#chainHas(hash, block_id), "a cached block is found by its hash");
    }
    assert(free === this.#free.length, "the free queue holds the free blocks and no other");
    for (const block_id of this.#cached.blocks()) {
      const hash = this.#records.hash(block_id);
      assert(
        hash !== NO_HASH && this.#cached.find(hash) === block_id,
        "a hash leads to one block, of that content",
      );
    }
  }

  #drop(block_id: number): void {
    const references = this.#records.references(block_id);
    assert(references > 0, "a reference is dropped once");
    this.#records.setReferences(block_id, references - 1);
    if (references === 1) this.#free.pushBack(block_id);
  }

  #forget(block_id: number): void {
    const records = this.#records;
    const hash = records.hash(block_id);
    if (hash === NO_HASH) return;
    const twin = records.twin(block_id);
    const first = this.#cached.find(hash);
    if (first !== block_id) records.setTwin(this.#twinBefore(first, block_id), twin);
    else if (twin === NO_BLOCK) this.#cached.remove(hash);
    else this.#cached.put(twin);
    records.setHash(block_id, NO_HASH);
    records.setTwin(block_id, NO_BLOCK);
  }

  #twinBefore(first: number, block_id: number): number {
    let before = first;
    while (this.#records.twin(before) !== block_id) {
      before = this.#records.twin(before);
      assert(before !== NO_BLOCK, "a cached block is in the chain of its hash");
    }
    return before;
  }

  #chainHas(hash: number, block_id: number): boolean {
    let at = this.#cached.find(hash);
    while (at !== NO_BLOCK && at !== block_id) at = this.#records.twin(at);
    return at === block_id;
  }
}
