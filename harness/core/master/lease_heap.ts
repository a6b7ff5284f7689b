// Objects by the end of their lease, soonest first; equal ends in order of put. Renewals do not touch the heap: an entry keeps the
// lease it was pushed with and is corrected when it comes to the top, so a lookup costs one number and leased objects cost nothing.
// Corrections are rationed per tick: after many renewals an eviction may stop early and go on in the next one.
//
// An entry is (lease, sequence, row) in plain memory. It is dead when its object has left the lane, or when the row has another
// object by now, which the sequence tells.

import { assert } from "../../domain/assert.ts";
import { RecordChunks } from "../tier/record_chunks.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";

/** Dead entries are swept out when they outnumber the live ones by this much. */
const SWEEP_SLACK = 1024;
/** About four milliseconds of work. */
const CORRECTIONS_PER_CYCLE = 4096;

// f64 fields of an entry's order; its row is a record of its own, so that an entry takes 20 bytes.
const LEASE_NS = 0;
const SEQUENCE = 1;
const ORDER_BYTES = 16;
const ROW_BYTES = 4;

export class LeaseHeap {
  readonly #rows: ObjectRows;
  readonly #lane: "normal" | "soft";
  readonly #bit: number;
  readonly #order = new RecordChunks(ORDER_BYTES);
  readonly #entries = new RecordChunks(ROW_BYTES);
  #length = 0;
  #live = 0;
  #corrections_left = 0;

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
    this.#order.reserve(this.#length + 1);
    this.#entries.reserve(this.#length + 1);
    this.#length++;
    this.#settleUp(row, this.#rows.leaseNs(row), this.#rows.sequence(row));
  }

  remove(row: Row): void {
    assert(this.#rows.lane(row) === this.#lane, "an object is removed from the lane that holds it");
    this.#rows.setLane(row, "none");
    this.#live--;
    if (this.#length > 2 * this.#live + SWEEP_SLACK) this.#sweep();
  }

  /** True when takeExpired stopped for want of corrections. */
  get is_exhausted(): boolean {
    return this.#corrections_left === 0;
  }

  beginCycle(): void {
    this.#corrections_left = CORRECTIONS_PER_CYCLE;
  }

  /** Takes out the object whose lease ended first; NO_ROW when every lease ends after `now_ns`, or the ration is used up. */
  takeExpired(now_ns: number): Row {
    while (this.#length > 0) {
      const row = this.#row(0);
      const lease_ns = this.#lease(0);
      if (!this.#isLive(0)) {
        this.#dropTop();
      } else if (lease_ns > now_ns || this.is_exhausted) {
        return NO_ROW;
      } else if (this.#rows.leaseNs(row) > lease_ns) {
        this.#corrections_left--;
        this.#settleDown(0, row, this.#rows.leaseNs(row), this.#sequence(0));
      } else {
        this.#dropTop();
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

  #dropTop(): void {
    this.#forget(0);
    this.#length--;
    const last = this.#length;
    if (last > 0) this.#settleDown(0, this.#row(last), this.#lease(last), this.#sequence(last));
  }

  #sweep(): void {
    let kept = 0;
    for (let entry = 0; entry < this.#length; entry++) {
      if (this.#isLive(entry)) this.#copy(entry, kept++);
      else this.#forget(entry);
    }
    this.#length = kept;
    for (let entry = (kept >> 1) - 1; entry >= 0; entry--) {
      this.#settleDown(entry, this.#row(entry), this.#lease(entry), this.#sequence(entry));
    }
  }

  /** Moves a hole from the end up to where the object belongs. */
  #settleUp(row: Row, lease_ns: number, sequence: number): void {
    let hole = this.#length - 1;
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
      const is_right_first =
        right < length && this.#goesAfter(left, this.#lease(right), this.#sequence(right));
      const first = is_right_first ? right : left;
      if (this.#goesAfter(first, lease_ns, sequence)) break;
      this.#copy(first, hole);
      hole = first;
    }
    this.#put(hole, row, lease_ns, sequence);
  }

  #goesAfter(entry: number, lease_ns: number, sequence: number): boolean {
    const difference_ns = this.#lease(entry) - lease_ns;
    return difference_ns !== 0 ? difference_ns > 0 : this.#sequence(entry) > sequence;
  }

  #row(entry: number): Row {
    return this.#entries.i32(entry, 0);
  }

  #lease(entry: number): number {
    return this.#order.f64(entry, LEASE_NS);
  }

  #sequence(entry: number): number {
    return this.#order.f64(entry, SEQUENCE);
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#row(from), this.#lease(from), this.#sequence(from));
  }

  #put(entry: number, row: Row, lease_ns: number, sequence: number): void {
    this.#entries.setI32(entry, 0, row);
    this.#order.setF64(entry, LEASE_NS, lease_ns);
    this.#order.setF64(entry, SEQUENCE, sequence);
  }
}
