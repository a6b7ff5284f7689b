// Hands out ranges of one segment. Free neighbours are merged at once; the search is good fit over size bins, so allocate and free
// cost the same however many ranges there are. It holds numbers only, never the memory. A place is the number of an allocated range.
//
// An exact or nearly exact range is preferred when its bin shows one early, so that equal sizes (KV blocks) leave no gaps; a request
// is refused only when no free range is long enough.

import { assert } from "../../domain/assert.ts";
import { RangeTable } from "./range_table.ts";
import { BIN_COUNT, BinMap, binOf } from "./size_bins.ts";

const NONE = -1;
/** Ranges of the request's own bin that are looked at before a larger bin is split. */
const EARLY_LOOKS = 4;

export class SegmentAllocator {
  readonly segment_bytes: number;
  readonly align_bytes: number;
  readonly #ranges: RangeTable;
  readonly #bin_heads: Int32Array = new Int32Array(BIN_COUNT).fill(NONE);
  readonly #bins = new BinMap();
  #allocated_units = 0;
  #allocated_ranges = 0;

  /** `align_bytes`: every offset and every length is a multiple of it. */
  constructor(segment_bytes: number, align_bytes = 64) {
    assert(Number.isSafeInteger(align_bytes) && align_bytes > 0, "an alignment is a positive integer");
    assert(
      Number.isSafeInteger(segment_bytes) && segment_bytes >= 0,
      "a segment's size is a whole number of bytes",
    );
    this.segment_bytes = segment_bytes;
    this.align_bytes = align_bytes;
    const units = Math.floor(segment_bytes / align_bytes);
    this.#ranges = new RangeTable(units);
    if (units > 0) this.#putIntoBin(this.#ranges.add(0, NONE, NONE));
  }

  /** Bytes of allocated ranges, alignment included. */
  get allocated_bytes(): number {
    return this.#allocated_units * this.align_bytes;
  }

  get allocated_ranges(): number {
    return this.#allocated_ranges;
  }

  /** The longest allocation that would succeed now. */
  get largest_free_bytes(): number {
    const bin = this.#bins.last();
    let units = 0;
    for (
      let range = bin === NONE ? NONE : this.#head(bin);
      range !== NONE;
      range = this.#ranges.bin_next(range)
    ) {
      units = Math.max(units, this.#ranges.units(range));
    }
    return units * this.align_bytes;
  }

  /** The place of a range of align_up(bytes), or null when no free range is long enough. */
  allocate(bytes: number): number | null {
    assert(Number.isSafeInteger(bytes) && bytes > 0, "an allocation has a positive number of bytes");
    const units = Math.ceil(bytes / this.align_bytes);
    const range = this.#findFree(units);
    if (range === NONE) return null;
    this.#takeFromBin(range);
    const rest = this.#ranges.units(range) - units;
    if (rest > 0) this.#putIntoBin(this.#ranges.split(range, units));
    this.#ranges.setAllocated(range, true);
    this.#allocated_units += units;
    this.#allocated_ranges++;
    return range;
  }

  /** Where the range begins. */
  offset(place: number): number {
    return this.#ranges.offset(place) * this.align_bytes;
  }

  free(place: number): void {
    assert(this.#ranges.isAllocated(place), "a range that is freed was allocated and not freed before");
    this.#ranges.setAllocated(place, false);
    this.#allocated_units -= this.#ranges.units(place);
    this.#allocated_ranges--;
    let merged = place;
    const before = this.#ranges.previous(place);
    if (before !== NONE && this.#ranges.isFree(before)) {
      this.#takeFromBin(before);
      this.#ranges.mergeWithNext(before);
      merged = before;
    }
    const after = this.#ranges.next(merged);
    if (after !== NONE && this.#ranges.isFree(after)) {
      this.#takeFromBin(after);
      this.#ranges.mergeWithNext(merged);
    }
    this.#putIntoBin(merged);
  }

  #findFree(units: number): number {
    const own_bin = binOf(units);
    const early = this.#searchBin(own_bin, units, EARLY_LOOKS);
    if (early !== NONE) return early;
    const larger = this.#bins.firstFrom(own_bin + 1);
    if (larger !== NONE) return this.#head(larger);
    return this.#searchBin(own_bin, units, Number.POSITIVE_INFINITY);
  }

  #searchBin(bin: number, units: number, looks: number): number {
    let range = this.#head(bin);
    for (let i = 0; i < looks && range !== NONE; i++) {
      if (this.#ranges.units(range) >= units) return range;
      range = this.#ranges.bin_next(range);
    }
    return NONE;
  }

  #head(bin: number): number {
    return this.#bin_heads[bin] ?? NONE;
  }

  #putIntoBin(range: number): void {
    const bin = binOf(this.#ranges.units(range));
    this.#ranges.linkFree(range, this.#head(bin));
    this.#bin_heads[bin] = range;
    this.#bins.mark(bin);
  }

  #takeFromBin(range: number): void {
    const bin = binOf(this.#ranges.units(range));
    const next = this.#ranges.bin_next(range);
    if (this.#head(bin) === range) this.#bin_heads[bin] = next;
    if (this.#head(bin) === NONE) this.#bins.clear(bin);
    this.#ranges.unlinkFree(range);
  }
}
