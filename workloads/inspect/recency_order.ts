// How recently each block was used, as a rank: 1 is the block used last, r means that r − 1 others were used since. This is
// the LRU stack distance of Mattson et al. (1970): a cache of r blocks or more holds the block, a smaller one does not.
//
// Every use takes the next slot; a Fenwick tree counts the slots that are some block's latest, so a rank is a suffix sum in
// O(log slots). Slots are used up by re-use: when they run out they are renumbered, which costs O(1) a use in the long run.

import { assert } from "../../harness/domain/assert.ts";

const NEVER = 0;
const FIRST_SLOTS = 1 << 16;

export class RecencyOrder {
  /** [block]: its latest slot, from 1; 0 for never. */
  #slot_of = new Int32Array(FIRST_SLOTS);
  /** [slot]: the block that took it, where that is still the block's latest; else −1. */
  #block_at = new Int32Array(FIRST_SLOTS + 1).fill(-1);
  /** Fenwick tree over slots 1 …: 1 where a slot is some block's latest. */
  #tree = new Int32Array(FIRST_SLOTS + 1);
  #next_slot = 1;
  #blocks = 0;

  /** 0: never used. */
  rank(block: number): number {
    const slot = block < this.#slot_of.length ? (this.#slot_of[block] as number) : NEVER;
    return slot === NEVER ? 0 : this.#blocks - this.#usedBefore(slot);
  }

  use(block: number): void {
    assert(Number.isInteger(block) && block >= 0, "blocks are numbered from 0");
    if (this.#next_slot === this.#tree.length) this.#renumber();
    if (block >= this.#slot_of.length) this.#slot_of = longer(this.#slot_of, block + 1);
    const earlier = this.#slot_of[block] as number;
    if (earlier === NEVER) this.#blocks++;
    else {
      this.#count(earlier, -1);
      this.#block_at[earlier] = -1;
    }
    const slot = this.#next_slot++;
    this.#slot_of[block] = slot;
    this.#block_at[slot] = block;
    this.#count(slot, 1);
  }

  /** Blocks whose latest slot lies before this one. */
  #usedBefore(slot: number): number {
    let blocks = 0;
    for (let i = slot - 1; i > 0; i &= i - 1) blocks += this.#tree[i] as number;
    return blocks;
  }

  #count(slot: number, change: number): void {
    const tree = this.#tree;
    for (let i = slot; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + change;
  }

  /** Latest slots become 1 … blocks in the same order, in twice the room. */
  #renumber(): void {
    const taken = this.#block_at.subarray(0, this.#next_slot).filter((block) => block >= 0);
    const slots = Math.max(FIRST_SLOTS, 2 * taken.length);
    this.#block_at = new Int32Array(slots + 1).fill(-1);
    this.#tree = new Int32Array(slots + 1);
    taken.forEach((block, i) => {
      this.#slot_of[block] = i + 1;
      this.#block_at[i + 1] = block;
      this.#tree[i + 1] = 1;
    });
    // A Fenwick tree from its leaves, in one pass.
    for (let i = 1; i <= slots; i++) {
      const parent = i + (i & -i);
      if (parent <= slots) this.#tree[parent] = (this.#tree[parent] as number) + (this.#tree[i] as number);
    }
    this.#next_slot = taken.length + 1;
  }
}

function longer(column: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(2 * column.length, length));
  grown.set(column);
  return grown;
}
