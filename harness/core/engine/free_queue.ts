// Free blocks in order of release: the front is the least recently used and is reallocated first.
// A doubly linked list through the blocks' records, so that a revived block leaves the middle in O(1).

import { assert } from "../../domain/assert.ts";
import { type BlockRecords, NO_BLOCK } from "./block_records.ts";

export class FreeQueue {
  readonly #records: BlockRecords;
  #front = NO_BLOCK;
  #back = NO_BLOCK;
  #length = 0;

  /** Empty. The front's previous and the back's next is the block itself, so that a linked block is known by its links. */
  constructor(records: BlockRecords) {
    this.#records = records;
  }

  get length(): number {
    return this.#length;
  }

  has(block_id: number): boolean {
    return this.#records.next(block_id) !== NO_BLOCK;
  }

  pushBack(block_id: number): void {
    assert(!this.has(block_id), "a block is freed once");
    if (this.#length === 0) {
      this.#front = block_id;
      this.#records.setPrevious(block_id, block_id);
    } else {
      this.#records.setNext(this.#back, block_id);
      this.#records.setPrevious(block_id, this.#back);
    }
    this.#records.setNext(block_id, block_id);
    this.#back = block_id;
    this.#length++;
  }

  popFront(): number {
    assert(this.#length > 0, "a free block is there to be taken");
    const front = this.#front;
    this.remove(front);
    return front;
  }

  remove(block_id: number): void {
    assert(this.has(block_id), "a block that leaves the free queue is in it");
    const previous = this.#records.previous(block_id);
    const next = this.#records.next(block_id);
    const is_front = previous === block_id;
    const is_back = next === block_id;
    if (is_front) this.#front = is_back ? NO_BLOCK : next;
    else this.#records.setNext(previous, is_back ? previous : next);
    if (is_back) this.#back = is_front ? NO_BLOCK : previous;
    else this.#records.setPrevious(next, is_front ? next : previous);
    this.#records.setNext(block_id, NO_BLOCK);
    this.#records.setPrevious(block_id, NO_BLOCK);
    this.#length--;
  }
}
