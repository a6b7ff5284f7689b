// A hash table from 32-bit hashes to whole numbers, without the keys: the caller compares what the numbers stand for.
//
//   for (let value = index.first(hash); value !== -1; value = index.next()) if (isWanted(value)) …
//
// Open addressing with linear probing, in shards that grow one at a time, so that no single call pays for millions of entries.
// A slot is (hash, value + 1); 8 bytes. Removal shifts back what follows, so there are no tombstones.

import { assert } from "../../domain/assert.ts";

const SHARD_BITS = 8;
const SHARDS = 1 << SHARD_BITS;
const FIRST_SLOTS = 8;
/** A shard grows when it is fuller than its own limit between these, so that evenly filled shards do not all grow at once. */
const LEAST_LIMIT = 0.62;
const MOST_LIMIT = 0.85;
const NONE = -1;
/** One empty slot: of shards that hold nothing yet, and never written. */
const NO_SLOTS: Int32Array = new Int32Array(2);

export class HashIndex {
  #size = 0;
  /** [2 × slots] each: hash, value + 1; 0 in the second: empty. */
  readonly #shards: Int32Array[] = new Array(SHARDS).fill(NO_SLOTS);
  readonly #used: Int32Array = new Int32Array(SHARDS);
  /** Where the search under way stands. */
  #slots: Int32Array = NO_SLOTS;
  #at = 0;
  #hash = 0;

  get size(): number {
    return this.#size;
  }

  /** A value that was added with `hash`, or -1. */
  first(hash: number): number {
    const slots = this.#shards[hash >>> (32 - SHARD_BITS)] as Int32Array;
    this.#slots = slots;
    this.#hash = hash | 0;
    this.#at = (2 * hash) & (slots.length - 1);
    return this.next();
  }

  /** The next one after `first`, or -1; not after a change of the index. */
  next(): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = this.#at; ; at = (at + 2) & mask) {
      const value = slots[at + 1] as number;
      if (value === 0) return NONE;
      if (slots[at] !== this.#hash) continue;
      this.#at = (at + 2) & mask;
      return value - 1;
    }
  }

  add(hash: number, value: number): void {
    const shard = hash >>> (32 - SHARD_BITS);
    const used = (this.#used[shard] as number) + 1;
    let slots = this.#shards[shard] as Int32Array;
    if (2 * used > limitOf(shard) * slots.length) {
      slots = enlarged(slots);
      this.#shards[shard] = slots;
    }
    insert(slots, hash | 0, value + 1);
    this.#used[shard] = used;
    this.#size++;
  }

  remove(hash: number, value: number): void {
    const shard = hash >>> (32 - SHARD_BITS);
    const slots = this.#shards[shard] as Int32Array;
    const mask = slots.length - 1;
    let at = (2 * hash) & mask;
    while (slots[at + 1] !== value + 1) {
      assert(slots[at + 1] !== 0, "an entry that is removed was added");
      at = (at + 2) & mask;
    }
    closeGap(slots, at);
    this.#used[shard] = (this.#used[shard] as number) - 1;
    this.#size--;
  }
}

function limitOf(shard: number): number {
  return LEAST_LIMIT + ((MOST_LIMIT - LEAST_LIMIT) * shard) / SHARDS;
}

function insert(slots: Int32Array, hash: number, stored: number): void {
  const mask = slots.length - 1;
  let at = (2 * hash) & mask;
  while (slots[at + 1] !== 0) at = (at + 2) & mask;
  slots[at] = hash;
  slots[at + 1] = stored;
}

function enlarged(slots: Int32Array): Int32Array {
  const larger = new Int32Array(Math.max(2 * FIRST_SLOTS, 2 * slots.length));
  for (let at = 0; at < slots.length; at += 2) {
    const stored = slots[at + 1] as number;
    if (stored !== 0) insert(larger, slots[at] as number, stored);
  }
  return larger;
}

/** Moves back every later entry of the run whose home is not after the gap. */
function closeGap(slots: Int32Array, start: number): void {
  const mask = slots.length - 1;
  let gap = start;
  for (let at = (gap + 2) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
    const home = (2 * (slots[at] as number)) & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    slots[gap] = slots[at] as number;
    slots[gap + 1] = slots[at + 1] as number;
    gap = at;
  }
  slots[gap + 1] = 0;
}
