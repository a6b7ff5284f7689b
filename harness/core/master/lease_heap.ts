// Objects by the end of their lease, soonest first; equal ends in order of put. Renewals do not touch the heap: an entry keeps the
// lease it was pushed with and is corrected when it comes to the top, so a lookup costs one number and leased objects cost nothing.

import { assert } from "../../domain/assert.ts";
import type { StoredObject } from "./stored_object.ts";

/** Dead entries are swept out when they outnumber the live ones by this much. */
const SWEEP_SLACK = 1024;

export class LeaseHeap {
  readonly #lane: "normal" | "soft";
  readonly #bit: number;
  #objects: StoredObject[] = [];
  /** lease_ns of each entry when last placed; never above the object's own. */
  #keys_ns: number[] = [];
  #live = 0;

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
    this.#objects.push(object);
    this.#keys_ns.push(object.lease_ns);
    this.#siftUp(this.#objects.length - 1);
  }

  remove(object: StoredObject): void {
    assert(object.lane === this.#lane, "an object is removed from the lane that holds it");
    object.lane = "none";
    this.#live--;
    if (this.#objects.length > 2 * this.#live + SWEEP_SLACK) this.#sweep();
  }

  /** Takes out the object whose lease ended first, or undefined when every lease ends after `now_ns`. */
  takeExpired(now_ns: number): StoredObject | undefined {
    for (;;) {
      const object = this.#objects[0];
      const key_ns = this.#keys_ns[0];
      if (object === undefined || key_ns === undefined) return undefined;
      if (object.lane !== this.#lane) {
        this.#dropTop(object);
      } else if (key_ns > now_ns) {
        return undefined;
      } else if (object.lease_ns > key_ns) {
        this.#keys_ns[0] = object.lease_ns;
        this.#siftDown(0);
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
    if (last === undefined || last_key_ns === undefined || this.#objects.length === 0) return;
    this.#objects[0] = last;
    this.#keys_ns[0] = last_key_ns;
    this.#siftDown(0);
  }

  #sweep(): void {
    const kept: StoredObject[] = [];
    for (const object of this.#objects) {
      if (object.lane === this.#lane) kept.push(object);
      else object.heap_bits &= ~this.#bit;
    }
    this.#objects = kept;
    this.#keys_ns = kept.map((object) => object.lease_ns);
    for (let i = (kept.length >> 1) - 1; i >= 0; i--) this.#siftDown(i);
  }

  #siftUp(start: number): void {
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #siftDown(start: number): void {
    let i = start;
    for (;;) {
      let first = i;
      const left = 2 * i + 1;
      if (left < this.#objects.length && this.#isBefore(left, first)) first = left;
      if (left + 1 < this.#objects.length && this.#isBefore(left + 1, first)) first = left + 1;
      if (first === i) return;
      this.#swap(i, first);
      i = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference_ns = (this.#keys_ns[a] as number) - (this.#keys_ns[b] as number);
    if (difference_ns !== 0) return difference_ns < 0;
    return (this.#objects[a] as StoredObject).sequence < (this.#objects[b] as StoredObject).sequence;
  }

  #swap(a: number, b: number): void {
    const object = this.#objects[a] as StoredObject;
    this.#objects[a] = this.#objects[b] as StoredObject;
    this.#objects[b] = object;
    const key_ns = this.#keys_ns[a] as number;
    this.#keys_ns[a] = this.#keys_ns[b] as number;
    this.#keys_ns[b] = key_ns;
  }
}
