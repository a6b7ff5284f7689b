// Cached blocks by the hash of their content: open addressing with linear probing over block ids, at most half full. A block's
// hash is in its record. Removal shifts back what follows, so there are no tombstones.

import { assert } from "../../domain/assert.ts";
import { type BlockRecords, NO_BLOCK } from "./block_records.ts";

export class BlockIndex {
  readonly #records: BlockRecords;
  /** block_id + 1; 0: empty. A power of two. */
  readonly #slots: Int32Array;
  #size = 0;

  constructor(records: BlockRecords) {
    this.#records = records;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * records.count)));
  }

  /** Hashes that lead to a block. */
  get size(): number {
    return this.#size;
  }

  /** The block of this content that was put, or NO_BLOCK. */
  find(hash: number): number {
    return (this.#slots[this.#slotOf(hash)] as number) - 1;
  }

  /** Whoever asks for the block's hash finds the block, and no other as before. */
  put(block_id: number): void {
    const slot = this.#slotOf(this.#records.hash(block_id));
    if (this.#slots[slot] === 0) this.#size++;
    this.#slots[slot] = block_id + 1;
  }

  /** Nobody finds this content any more. The block that was found still has it. */
  remove(hash: number): void {
    let gap = this.#slotOf(hash);
    assert(this.#slots[gap] !== 0, "a content that is forgotten was cached");
    const mask = this.#slots.length - 1;
    for (let at = (gap + 1) & mask; this.#slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#home(this.#records.hash((this.#slots[at] as number) - 1));
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      this.#slots[gap] = this.#slots[at] as number;
      gap = at;
    }
    this.#slots[gap] = 0;
    this.#size--;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
  }

  /** Blocks that are found, in no order. */
  *blocks(): Generator<number> {
    for (const stored of this.#slots) if (stored !== 0) yield stored - 1;
  }

  /** Where the hash is, or would be put. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    let at = this.#home(hash);
    for (;;) {
      const block_id = (this.#slots[at] as number) - 1;
      if (block_id === NO_BLOCK || this.#records.hash(block_id) === hash) return at;
      at = (at + 1) & mask;
    }
  }

  /** Hashes are uniform in their lower bits. */
  #home(hash: number): number {
    return hash & (this.#slots.length - 1);
  }
}
