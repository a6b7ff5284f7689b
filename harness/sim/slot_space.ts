// A segment's memory in a simulated run, whose objects are all of one size: a slot is free or taken. What fits is what fits
// core/tier's SegmentAllocator, which hands out equal sizes without gaps; which slot it is, nothing depends on. The total
// over all segments of a master is kept without adding them up.

import type { SegmentSpace } from "../core/master/segment_space.ts";
import { assert } from "../domain/assert.ts";

/** Bytes over all segments of a master. */
export interface SpaceTotal {
  allocated_bytes: number;
  capacity_bytes: number;
}

/** Offsets and lengths are multiples of it, as in a live segment. */
const ALIGN_BYTES = 64;

export class SlotSpace implements SegmentSpace {
  readonly #segment_bytes: number;
  readonly #total: SpaceTotal;
  /** 0 until the first object tells. */
  #slot_bytes = 0;
  /** Slots given back: the last one is taken first. */
  readonly #free: number[] = [];
  /** Slots [0, fresh) have been taken before. */
  #fresh = 0;

  constructor(segment_bytes: number, total: SpaceTotal) {
    this.#segment_bytes = segment_bytes;
    this.#total = total;
    total.capacity_bytes += segment_bytes;
  }

  get allocated_bytes(): number {
    return (this.#fresh - this.#free.length) * this.#slot_bytes;
  }

  /** Sorts the free slots: for reports, not for every request. */
  get largest_free_bytes(): number {
    const whole_bytes = Math.floor(this.#segment_bytes / ALIGN_BYTES) * ALIGN_BYTES;
    const free = this.#free.toSorted((a, b) => a - b);
    let largest = 0;
    let run = 0;
    for (const [i, slot] of free.entries()) {
      run = free[i - 1] === slot - 1 ? run + 1 : 1;
      largest = Math.max(largest, run);
    }
    const behind = free.at(-1) === this.#fresh - 1 ? run : 0;
    return Math.max(largest * this.#slot_bytes, whole_bytes - (this.#fresh - behind) * this.#slot_bytes);
  }

  allocate(bytes: number): number | null {
    const slot_bytes = Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
    if (this.#slot_bytes === 0) this.#slot_bytes = slot_bytes;
    assert(slot_bytes === this.#slot_bytes, "all objects of a simulated run have one size");
    const slot = this.#free.pop() ?? this.#freshSlot();
    if (slot === null) return null;
    this.#total.allocated_bytes += slot_bytes;
    return slot * slot_bytes;
  }

  offset(place: number): number {
    return place;
  }

  /** Once for each allocation. */
  free(offset: number): void {
    this.#free.push(offset / this.#slot_bytes);
    this.#total.allocated_bytes -= this.#slot_bytes;
  }

  #freshSlot(): number | null {
    if ((this.#fresh + 1) * this.#slot_bytes > this.#segment_bytes) return null;
    return this.#fresh++;
  }
}
