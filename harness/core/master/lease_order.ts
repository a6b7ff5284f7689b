// Objects by the end of their lease, soonest first; equal ends in order of put. Renewals do not touch the order: an entry keeps the
// lease it came with and is corrected when its turn comes, so a lookup costs one number and leased objects cost nothing.
// Corrections are rationed per tick: after many renewals or removals an eviction may stop early and go on in the next one.
//
// An object comes without a lease, in order of put but for a few places: it waits in a queue, and goes to the heap when it is met and
// has been read. An entry is dead when its object has left the lane, or when the row has another object by now, which the sequence
// tells.

import { assert } from "../../domain/assert.ts";
import { LeaseHeap } from "./lease_heap.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import { SequenceQueue } from "./sequence_queue.ts";

/** Dead entries are swept out while they outnumber the live ones by more than this. */
const SWEEP_SLACK = 1024;
/** Entries that a removal looks at while they do: more than one, so that sweeping keeps up with dying. */
const SWEEP_LOOKS = 4;

export class LeaseOrder {
  readonly #rows: ObjectRows;
  readonly #lane: "normal" | "soft";
  readonly #bit: number;
  /** Entries without a lease, but for those that came too late or too early for it. */
  readonly #queue = new SequenceQueue();
  readonly #heap = new LeaseHeap();
  #live = 0;
  #corrections_left = 0;
  /** What of the heap is swept next; from the end to the top and round again. */
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
    return this.#queue.size + this.#heap.length;
  }

  add(row: Row): void {
    assert(this.#rows.lane(row) === "none", "an object is in one lane at a time");
    this.#rows.setLane(row, this.#lane);
    this.#live++;
    const bits = this.#rows.orderBits(row);
    if ((bits & this.#bit) !== 0) return; // its dead entry lives again
    this.#rows.setOrderBits(row, bits | this.#bit);
    const lease_ns = this.#rows.leaseNs(row);
    const sequence = this.#rows.sequence(row);
    if (lease_ns > 0 || !this.#queue.add(row, sequence)) this.#heap.push(row, lease_ns, sequence);
  }

  remove(row: Row): void {
    assert(this.#rows.lane(row) === this.#lane, "an object is removed from the lane that holds it");
    this.#rows.setLane(row, "none");
    this.#live--;
    if (this.entries > 2 * this.#live + SWEEP_SLACK) this.#sweepSome();
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
    while (this.entries > 0 && !this.is_exhausted) {
      const is_queued = this.#isQueueFirst();
      const row = is_queued ? this.#queue.first() : this.#heap.row(0);
      const lease_ns = is_queued ? 0 : this.#heap.leaseNs(0);
      const sequence = is_queued ? this.#queue.first_sequence : this.#heap.sequence(0);
      const is_live = this.#isLive(row, sequence);
      if (is_live && lease_ns > now_ns) return NO_ROW;
      if (is_queued) this.#queue.shift();
      else this.#heap.drop(0);
      if (is_live && this.#rows.leaseNs(row) === lease_ns) {
        this.#forget(row, sequence);
        this.#rows.setLane(row, "none");
        this.#live--;
        return row;
      }
      this.#corrections_left--;
      if (is_live) this.#heap.push(row, this.#rows.leaseNs(row), sequence);
      else this.#forget(row, sequence);
    }
    return NO_ROW;
  }

  #isQueueFirst(): boolean {
    return this.#queue.first() !== NO_ROW && !this.#heap.isAheadOf(0, this.#queue.first_sequence);
  }

  #isLive(row: Row, sequence: number): boolean {
    return this.#rows.lane(row) === this.#lane && this.#rows.sequence(row) === sequence;
  }

  #forget(row: Row, sequence: number): void {
    if (this.#rows.sequence(row) !== sequence) return;
    this.#rows.setOrderBits(row, this.#rows.orderBits(row) & ~this.#bit);
  }

  /** A few entries at a time, so that no removal pays for millions of them. */
  #sweepSome(): void {
    for (let looks = 0; looks < SWEEP_LOOKS; looks++) {
      if (this.#queue.size > 0) this.#sweepQueue();
      else if (this.#heap.length > 0) this.#sweepHeap();
    }
  }

  /** What lives in a queue of mostly dead entries goes on in the heap. */
  #sweepQueue(): void {
    const row = this.#queue.first();
    const sequence = this.#queue.first_sequence;
    this.#queue.shift();
    if (this.#isLive(row, sequence)) this.#heap.push(row, 0, sequence);
    else this.#forget(row, sequence);
  }

  #sweepHeap(): void {
    if (this.#sweep_at === 0 || this.#sweep_at > this.#heap.length) this.#sweep_at = this.#heap.length;
    this.#sweep_at--;
    const row = this.#heap.row(this.#sweep_at);
    const sequence = this.#heap.sequence(this.#sweep_at);
    if (this.#isLive(row, sequence)) return;
    this.#heap.drop(this.#sweep_at);
    this.#forget(row, sequence);
  }
}
