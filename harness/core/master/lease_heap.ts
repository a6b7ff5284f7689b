// Entries (lease end, sequence, row) in plain memory, a binary heap: entry 0 is the one whose lease ends first, and of equal ends the
// one with the lowest sequence.

import { RecordChunks } from "../tier/record_chunks.ts";
import type { Row } from "./object_row.ts";

const ENTRY_BYTES = 24;
// f64 fields
const LEASE_NS = 0;
const SEQUENCE = 1;
// i32 field, behind the two f64
const ROW = 4;

export class LeaseHeap {
  readonly #entries = new RecordChunks(ENTRY_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  row(entry: number): Row {
    return this.#entries.i32(entry, ROW);
  }

  leaseNs(entry: number): number {
    return this.#entries.f64(entry, LEASE_NS);
  }

  sequence(entry: number): number {
    return this.#entries.f64(entry, SEQUENCE);
  }

  /** Whether something goes before such an entry. */
  isAheadOf(lease_ns: number, sequence: number): boolean {
    return this.#length > 0 && !this.#goesAfter(0, lease_ns, sequence);
  }

  push(row: Row, lease_ns: number, sequence: number): void {
    this.#entries.reserve(this.#length + 1);
    this.#length++;
    this.#settleUp(this.#length - 1, row, lease_ns, sequence);
  }

  /** The last entry takes the place of the one that goes, and finds its own from there. */
  drop(entry: number): void {
    this.#length--;
    const last = this.#length;
    if (entry === last) return;
    const row = this.row(last);
    const lease_ns = this.leaseNs(last);
    const sequence = this.sequence(last);
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
    return this.#goesAfter(other, this.leaseNs(entry), this.sequence(entry));
  }

  #goesAfter(entry: number, lease_ns: number, sequence: number): boolean {
    const difference_ns = this.leaseNs(entry) - lease_ns;
    return difference_ns !== 0 ? difference_ns > 0 : this.sequence(entry) > sequence;
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.row(from), this.leaseNs(from), this.sequence(from));
  }

  #put(entry: number, row: Row, lease_ns: number, sequence: number): void {
    this.#entries.setF64(entry, LEASE_NS, lease_ns);
    this.#entries.setF64(entry, SEQUENCE, sequence);
    this.#entries.setI32(entry, ROW, row);
  }
}
