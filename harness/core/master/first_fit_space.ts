// A segment's space for tests of this room, which imports no other: first fit over a sorted list, byte-exact.

import { assert } from "../../domain/assert.ts";
import type { SegmentSpace } from "./segment_space.ts";

export class FirstFitSpace implements SegmentSpace {
  readonly #segment_bytes: number;
  #ranges: { readonly offset: number; readonly bytes: number }[] = [];

  constructor(segment_bytes: number) {
    this.#segment_bytes = segment_bytes;
  }

  get allocated_bytes(): number {
    return this.#ranges.reduce((sum, range) => sum + range.bytes, 0);
  }

  get largest_free_bytes(): number {
    return Math.max(...this.#gaps().map((gap) => gap.bytes));
  }

  allocate(bytes: number): number | null {
    const gap = this.#gaps().find((free) => free.bytes >= bytes);
    if (gap === undefined) return null;
    this.#ranges.push({ offset: gap.offset, bytes });
    this.#ranges.sort((a, b) => a.offset - b.offset);
    return gap.offset;
  }

  offset(place: number): number {
    return place;
  }

  free(offset: number): void {
    const kept = this.#ranges.filter((range) => range.offset !== offset);
    assert(
      kept.length === this.#ranges.length - 1,
      "a range that is freed was allocated and not freed before",
    );
    this.#ranges = kept;
  }

  #gaps(): { readonly offset: number; readonly bytes: number }[] {
    const gaps: { offset: number; bytes: number }[] = [];
    let end = 0;
    for (const range of [...this.#ranges, { offset: this.#segment_bytes, bytes: 0 }]) {
      gaps.push({ offset: end, bytes: range.offset - end });
      end = range.offset + range.bytes;
    }
    return gaps;
  }
}
