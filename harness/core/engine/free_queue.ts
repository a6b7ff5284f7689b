// Free blocks in order of release: the front is the least recently used and is reallocated first.
// A doubly linked list over block ids in two typed arrays, so that a revived block leaves the middle in O(1).

import { assert } from "../../domain/assert.ts";

const NOT_LINKED = -1;

export class FreeQueue {
  readonly #previous: Int32Array;
  readonly #next: Int32Array;
  /** The list is a ring through this id: its next is the front, its previous the back. */
  readonly #anchor: number;
  #length = 0;

  /** Empty, for ids 0 … capacity − 1. */
  constructor(capacity: number) {
    this.#anchor = capacity;
    this.#previous = new Int32Array(capacity + 1).fill(NOT_LINKED);
    this.#next = new Int32Array(capacity + 1).fill(NOT_LINKED);
    this.#previous[capacity] = capacity;
    this.#next[capacity] = capacity;
  }

  get length(): number {
    return this.#length;
  }

  has(block_id: number): boolean {
    return this.#next[block_id] !== NOT_LINKED;
  }

  pushBack(block_id: number): void {
    assert(!this.has(block_id), "a block is freed once");
    const back = this.#previous[this.#anchor] as number;
    this.#next[back] = block_id;
    this.#previous[block_id] = back;
    this.#next[block_id] = this.#anchor;
    this.#previous[this.#anchor] = block_id;
    this.#length++;
  }

  popFront(): number {
    assert(this.#length > 0, "a free block is there to be taken");
    const front = this.#next[this.#anchor] as number;
    this.remove(front);
    return front;
  }

  remove(block_id: number): void {
    assert(block_id < this.#anchor && this.has(block_id), "a block that leaves the free queue is in it");
    const previous = this.#previous[block_id] as number;
    const next = this.#next[block_id] as number;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#next[block_id] = NOT_LINKED;
    this.#previous[block_id] = NOT_LINKED;
    this.#length--;
  }
}
