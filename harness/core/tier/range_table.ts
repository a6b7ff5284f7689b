// The ranges that tile a segment, in address order, and the lists of free ones. A range is the number of a 24-byte record, so that
// millions of ranges are plain memory and no objects. It ends where the next one begins.

import { RecordChunks } from "./record_chunks.ts";

const NONE = -1;
/** In BIN_PREVIOUS of a range that is in no free list: nobody's yet or any more, or allocated. */
const NOT_FREE = -2;
const ALLOCATED = -3;

// f64 field
const OFFSET = 0;
// i32 fields, behind the f64
const PREVIOUS = 2;
const NEXT = 3;
const BIN_PREVIOUS = 4;
const BIN_NEXT = 5;
const RECORD_BYTES = 24;

export class RangeTable {
  readonly #records = new RecordChunks(RECORD_BYTES);
  /** Numbers that no range uses, linked by NEXT; then everything from #used on. */
  #spare = NONE;
  #used = 0;
  readonly #total_units: number;

  /** The ranges tile [0, total_units). */
  constructor(total_units: number) {
    this.#total_units = total_units;
  }

  offset(range: number): number {
    return this.#records.f64(range, OFFSET);
  }

  units(range: number): number {
    const next = this.next(range);
    return (next === NONE ? this.#total_units : this.offset(next)) - this.offset(range);
  }

  /** Neighbours by address, -1 at the ends. */
  previous(range: number): number {
    return this.#records.i32(range, PREVIOUS);
  }

  next(range: number): number {
    return this.#records.i32(range, NEXT);
  }

  bin_next(range: number): number {
    return this.#records.i32(range, BIN_NEXT);
  }

  isFree(range: number): boolean {
    return this.#records.i32(range, BIN_PREVIOUS) >= NONE;
  }

  /** Whether the number is that of a range which was allocated and not freed since. */
  isAllocated(range: number): boolean {
    const exists = Number.isSafeInteger(range) && range >= 0 && range < this.#used;
    return exists && this.#records.i32(range, BIN_PREVIOUS) === ALLOCATED;
  }

  /** A range that is in no free list. */
  setAllocated(range: number, allocated: boolean): void {
    this.#records.setI32(range, BIN_PREVIOUS, allocated ? ALLOCATED : NOT_FREE);
  }

  /** A new range between two neighbours, in no free list. */
  add(offset: number, previous: number, next: number): number {
    const range = this.#newNumber();
    this.#records.setF64(range, OFFSET, offset);
    this.#records.setI32(range, PREVIOUS, previous);
    this.#records.setI32(range, NEXT, next);
    this.#records.setI32(range, BIN_PREVIOUS, NOT_FREE);
    if (previous !== NONE) this.#records.setI32(previous, NEXT, range);
    if (next !== NONE) this.#records.setI32(next, PREVIOUS, range);
    return range;
  }

  /** Shortens `range` to `units` and returns the range of the rest. */
  split(range: number, units: number): number {
    return this.add(this.offset(range) + units, range, this.next(range));
  }

  /** Both ranges are in no free list; `range` takes over its next neighbour. */
  mergeWithNext(range: number): void {
    const gone = this.next(range);
    const after = this.next(gone);
    this.#records.setI32(range, NEXT, after);
    if (after !== NONE) this.#records.setI32(after, PREVIOUS, range);
    this.#records.setI32(gone, NEXT, this.#spare);
    this.#spare = gone;
  }

  /** Puts `range` before `head` of a free list. */
  linkFree(range: number, head: number): void {
    this.#records.setI32(range, BIN_PREVIOUS, NONE);
    this.#records.setI32(range, BIN_NEXT, head);
    if (head !== NONE) this.#records.setI32(head, BIN_PREVIOUS, range);
  }

  unlinkFree(range: number): void {
    const previous = this.#records.i32(range, BIN_PREVIOUS);
    const next = this.#records.i32(range, BIN_NEXT);
    if (previous !== NONE) this.#records.setI32(previous, BIN_NEXT, next);
    if (next !== NONE) this.#records.setI32(next, BIN_PREVIOUS, previous);
    this.#records.setI32(range, BIN_PREVIOUS, NOT_FREE);
  }

  #newNumber(): number {
    if (this.#spare !== NONE) {
      const range = this.#spare;
      this.#spare = this.next(range);
      return range;
    }
    this.#records.reserve(this.#used + 1);
    return this.#used++;
  }
}
