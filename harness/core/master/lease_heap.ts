// Objects by the end of their lease, soonest first; equal ends in order of put. Renewals do not touch the heap: an entry keeps the
// lease it was pushed with and is corrected when it comes to the top, so a lookup costs one number and leased objects cost nothing.
// Corrections are rationed per cycle: after many renewals an eviction may stop early and go on in the next tick.

import { assert } from "../../domain/assert.ts";
import type { StoredObject } from "./stored_object.ts";

/** Dead entries are swept out when they outnumber the live ones by this much. */
const SWEEP_SLACK = 1024;
/** About ten milliseconds of work. */
const CORRECTIONS_PER_CYCLE = 16_384;

export class LeaseHeap {
  readonly #lane: "normal" | "soft";
  readonly #bit: number;
  #objects: StoredObject[] = [];
  /** lease_ns of each entry when last placed; never above the object's own. */
  #keys_ns: number[] = [];
  /** Beside the keys, so that comparing does not fetch objects. */
  #sequences: number[] = [];
  #live = 0;
  #corrections_left = 0;

  constructor(lane: "normal" | "soft") {
    this.#lane = lane;
    this.#bit = lane === "normal" ? 1 : 2;
  }

  /** Objects in this lane. */
  get size(): number {
    return this.#live;
  }

  add(object: StoredObject): void {
    assert(object.lane === "none", "an object is in one lane at a time");
    object.lane = this.#lane;
    this.#live++;
    if ((object.heap_bits & this.#bit) !== 0) return; // its dead entry lives again
    object.heap_bits |= this.#bit;
    this.#settleUp(object, object.lease_ns);
  }

  remove(object: StoredObject): void {
    assert(object.lane === this.#lane, "an object is removed from the lane that holds it");
    object.lane = "none";
    this.#live--;
    if (this.#objects.length > 2 * this.#live + SWEEP_SLACK) this.#sweep();
  }

  /** True when takeExpired stopped for want of corrections. */
  get is_exhausted(): boolean {
    return this.#corrections_left === 0;
  }

  beginCycle(): void {
    this.#corrections_left = CORRECTIONS_PER_CYCLE;
  }

  /** Takes out the object whose lease ended first; undefined when every lease ends after `now_ns`, or the ration is used up. */
  takeExpired(now_ns: number): StoredObject | undefined {
    for (;;) {
      const object = this.#objects[0];
      const key_ns = this.#keys_ns[0];
      if (object === undefined || key_ns === undefined) return undefined;
      if (object.lane !== this.#lane) {
        this.#dropTop(object);
      } else if (key_ns > now_ns || this.is_exhausted) {
        return undefined;
      } else if (object.lease_ns > key_ns) {
        this.#corrections_left--;
        this.#settleDown(0, object, object.lease_ns, object.sequence);
      } else {
        this.#dropTop(object);
        object.lane = "none";
        this.#live--;
        return object;
      }
    }
  }

  #dropTop(top: StoredObject): void {
    top.heap_bits &= ~this.#bit;
    const last = this.#objects.pop();
    const last_key_ns = this.#keys_ns.pop();
    const last_sequence = this.#sequences.pop();
    assert(last !== undefined && last_key_ns !== undefined && last_sequence !== undefined, "a top is there");
    if (this.#objects.length > 0) this.#settleDown(0, last, last_key_ns, last_sequence);
  }

  #sweep(): void {
    const kept: StoredObject[] = [];
    for (const object of this.#objects) {
      if (object.lane === this.#lane) kept.push(object);
      else object.heap_bits &= ~this.#bit;
    }
    kept.sort((a, b) => a.lease_ns - b.lease_ns || a.sequence - b.sequence); // a sorted array is a heap
    this.#objects = kept;
    this.#keys_ns = kept.map((object) => object.lease_ns);
    this.#sequences = kept.map((object) => object.sequence);
  }

  /** Moves a hole from the end up to where the object belongs. */
  #settleUp(object: StoredObject, key_ns: number): void {
    let hole = this.#objects.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#goesAfter(parent, key_ns, object.sequence)) break;
      this.#copy(parent, hole);
      hole = parent;
    }
    this.#put(hole, object, key_ns, object.sequence);
  }

  /** Moves the hole at `start` down to where the object belongs. */
  #settleDown(start: number, object: StoredObject, key_ns: number, sequence: number): void {
    const length = this.#objects.length;
    let hole = start;
    for (;;) {
      const left = 2 * hole + 1;
      if (left >= length) break;
      const right = left + 1;
      const first =
        right < length && this.#goesAfter(left, this.#key(right), this.#sequence(right)) ? right : left;
      if (this.#goesAfter(first, key_ns, sequence)) break;
      this.#copy(first, hole);
      hole = first;
    }
    this.#put(hole, object, key_ns, sequence);
  }

  #goesAfter(entry: number, key_ns: number, sequence: number): boolean {
    const difference_ns = this.#key(entry) - key_ns;
    return difference_ns !== 0 ? difference_ns > 0 : this.#sequence(entry) > sequence;
  }

  #key(entry: number): number {
    return this.#keys_ns[entry] as number;
  }

  #sequence(entry: number): number {
    return this.#sequences[entry] as number;
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#objects[from] as StoredObject, this.#key(from), this.#sequence(from));
  }

  #put(entry: number, object: StoredObject, key_ns: number, sequence: number): void {
    this.#objects[entry] = object;
    this.#keys_ns[entry] = key_ns;
    this.#sequences[entry] = sequence;
  }
}
