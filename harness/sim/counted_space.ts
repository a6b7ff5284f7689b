import type { SegmentSpace } from "../core/master/segment_space.ts";
import { SegmentAllocator } from "../core/tier/segment_allocator.ts";

/** Bytes over all segments of a master, kept without adding them up. */
export interface SpaceTotal {
  allocated_bytes: number;
  capacity_bytes: number;
}

/** A segment's allocator that keeps a total over all segments up to date. */
export class CountedSpace implements SegmentSpace {
  readonly #space: SegmentAllocator;
  readonly #total: SpaceTotal;

  constructor(segment_bytes: number, total: SpaceTotal) {
    this.#space = new SegmentAllocator(segment_bytes);
    this.#total = total;
    total.capacity_bytes += segment_bytes;
  }

  get allocated_bytes(): number {
    return this.#space.allocated_bytes;
  }

  get largest_free_bytes(): number {
    return this.#space.largest_free_bytes;
  }

  allocate(bytes: number): number | null {
    const before = this.#space.allocated_bytes;
    const offset = this.#space.allocate(bytes);
    this.#total.allocated_bytes += this.#space.allocated_bytes - before;
    return offset;
  }

  free(offset: number): void {
    const before = this.#space.allocated_bytes;
    this.#space.free(offset);
    this.#total.allocated_bytes += this.#space.allocated_bytes - before;
  }
}
