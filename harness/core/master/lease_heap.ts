// Objects by the end of their lease, soonest first; equal ends in order of put. Renewals do not touch the heap: an entry keeps the
// lease it was pushed with and is corrected when it comes to the top, so a lookup costs one number and leased objects cost nothing.
// Corrections are rationed per tick: after many renewals or removals an eviction may stop early and go on in the next one.
//
// An entry is (lease, sequence, row) in plain memory. It is dead when its object has left the lane, or when the row has another
// object by now, which the sequence tells.

import { assert } from "../../domain/assert.ts";
import { RecordChunks } from "../tier/record_chunks.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";

/** Dead entries are swept out while they outnumber the live ones by more than this. */
const SWEEP_SLACK = 1024;
/** Entries that a removal looks at while they do: more than one, so that sweeping keeps up with dying. */
const SWEEP_LOOKS = 4;

const ENTRY_BYTES = 24;
// f64 fields
const LEASE_NS = 0;
const SEQUENCE = 1;
// i32 field, behind the two f64
const ROW = 4;

export class LeaseHeap {
  readonly #rows: ObjectRows;
  readonly #lane: "normal" | "soft";
  readonly #bit: number;
  readonly #entries = new RecordChunks(ENTRY_BYTES);
  #length = 0;
  #live = 0;
  #corrections_left = 0;
  /** What is swept next; from the end to the top and round again. */
  #sweep_at = 0;

  constructor(rows: ObjectRows, lane: "normal" | "soft") {
    this.#rows = rows;
    this.#lane = lane;
    this.#bit = lane === "normal" ? 1 : 2;
  }

  /** Objects in this lane. */
  get size(): number {
    return this.#live;
  }

  /** Objects and dead entries. */
  get entries(): number {
    return this.#length;
  }

  add(row: Row): void {
    assert(this.#rows.lane(row) === "none", "an object is in one lane at a time");
    this.#rows.setLane(row, this.#lane);
    this.#live++;
    const bits = this.#rows.heapBits(row);
    if ((bits & this.#bit) !== 0) return; // its dead entry lives again
    this.#rows.setHeapBits(row, bits | this.#bit);
    this.#entries.reserve(this.#length + 1);
    this.#length++;
    this.#settleUp(this.#length - 1, row, this.#rows.leaseNs(row), this.#rows.sequence(row));
  }

  remove(row: Row): void {
    assert(this.#rows.lane(row) === this.#lane, "an object is removed from the lane that holds it");
    this.#rows.setLane(row, "none");
    this.#live--;
    if (this.#length > 2 * this.#live + SWEEP_SLACK) this.#sweepSome();
  }

  /** True when takeExpired stopped for want of corrections. */
  get is_exhausted(): boolean {
    return this.#corrections_left === 0;
  }

  /** `corrections`: what takeExpired may look at, until the next cycle, that is not to be taken. */
  beginCycle(corrections: number): void {
    this.#corrections_left = corrections;
  }

  /** Takes out the object whose lease ended first; NO_ROW when every lease ends after `now_ns`, or the ration is used up. */
  takeExpired(now_ns: number): Row {
    while (this.#length > 0) {
      const row = this.#row(0);
      const lease_ns = this.#lease(0);
      if (this.is_exhausted) return NO_ROW;
      if (!this.#isLive(0)) {
        this.#corrections_left--;
        this.#drop(0);
      } else if (lease_ns > now_ns) {
        return NO_ROW;
      } else if (this.#rows.leaseNs(row) > lease_ns) {
        this.#corrections_left--;
        this.#settleDown(0, row, this.#rows.leaseNs(row), this.#sequence(0));
      } else {
        this.#drop(0);
        this.#rows.setLane(row, "none");
        this.#live--;
        return row;
      }
    }
    return NO_ROW;
  }

  #isOwn(entry: number): boolean {
    return this.#rows.sequence(this.#row(entry)) === this.#sequence(entry);
  }

  #isLive(entry: number): boolean {
    return this.#rows.lane(this.#row(entry)) === this.#lane && this.#isOwn(entry);
  }

  #forget(entry: number): void {
    if (!this.#isOwn(entry)) return;
    const row = this.#row(entry);
    this.#rows.setHeapBits(row, this.#rows.heapBits(row) & ~this.#bit);
  }

  /** A few entries at a time, so that no removal pays for millions of them. */
  #sweepSome(): void {
    for (let looks = 0; looks < SWEEP_LOOKS && this.#length > 0; looks++) {
      if (this.#sweep_at === 0 || this.#sweep_at > this.#length) this.#sweep_at = this.#length;
      this.#sweep_at--;
      if (!this.#isLive(this.#sweep_at)) this.#drop(this.#sweep_at);
    }
  }

  /** The last entry takes the place of the one that goes, and finds its own from there. */
  #drop(entry: number): void {
    this.#forget(entry);
    this.#length--;
    const last = this.#length;
    if (entry === last) return;
    const row = this.#row(last);
    const lease_ns = this.#lease(last);
    const sequence = this.#sequence(last);
    const parent = (entry - 1) >> 1;
    const rises = entry > 0 && this.#goesAfter(parent, lease_ns, sequence);
    if (rises) this.#settleUp(entry, row, lease_ns, sequence);
    else this.#settleDown(entry, row, lease_ns, sequence);
  }

  /** Moves the hole at `start` up to where the object belongs. */
  #settleUp(start: number, row: Row, lease_ns: number, sequence: number): void {
    let hole = start;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#goesAfter(parent, lease_ns, sequence)) break;
      this.#copy(parent, hole);
      hole = parent;
    }
    this.#put(hole, row, lease_ns, sequence);
  }

  /** Moves the hole at `start` down to where the object belongs. */
  #settleDown(start: number, row: Row, lease_ns: number, sequence: number): void {
    const length = this.#length;
    let hole = start;
    for (;;) {
      const left = 2 * hole + 1;
      if (left >= length) break;
      const right = left + 1;
      const first = right < length && this.#isBefore(right, left) ? right : left;
      if (this.#goesAfter(first, lease_ns, sequence)) break;
      this.#copy(first, hole);
      hole = first;
    }
    this.#put(hole, row, lease_ns, sequence);
  }

  #isBefore(entry: number, other: number): boolean {
    const difference_ns = this.#lease(entry) - this.#lease(other);
    return difference_ns !== 0 ? difference_ns < 0 : this.#sequence(entry) < this.#sequence(other);
  }

  #goesAfter(entry: number, lease_ns: number, sequence: number): boolean {
    const difference_ns = this.#lease(entry) - lease_ns;
    return difference_ns !== 0 ? difference_ns > 0 : this.#sequence(entry) > sequence;
  }

  #row(entry: number): Row {
    return this.#entries.i32(entry, ROW);
  }

  #lease(entry: number): number {
    return this.#entries.f64(entry, LEASE_NS);
  }

  #sequence(entry: number): number {
    return this.#entries.f64(entry, SEQUENCE);
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#row(from), this.#lease(from), this.#sequence(from));
  }

  #put(entry: number, row: Row, lease_ns: number, sequence: number): void {
    this.#entries.setF64(entry, LEASE_NS, lease_ns);
    this.#entries.setF64(entry, SEQUENCE, sequence);
    this.#entries.setI32(entry, ROW, row);
  }
}
