// Whole numbers in the order of (time, order): a binary heap in plain memory. What is pushed twice with both equal comes in no
// certain order.

import { assert } from "../domain/assert.ts";

const FIRST_CAPACITY = 1024;

export class TimeHeap {
  /** [entries × 2]: time and order of an entry lie together. */
  #keys = new Float64Array(2 * FIRST_CAPACITY);
  /** [entries] */
  #values = new Int32Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Of the first entry; meaningless when there is none. */
  get first_time_ns(): number {
    return this.#keys[0] as number;
  }

  get first_order(): number {
    return this.#keys[1] as number;
  }

  get first_value(): number {
    return this.#values[0] as number;
  }

  /** `order`: a whole number; `value`: of 32 bits. */
  push(time_ns: number, order: number, value: number): void {
    assert(Number.isSafeInteger(time_ns), "a time is a whole number of ns");
    if (this.#length === this.#values.length) this.#grow();
    this.#settleUp(this.#length++, time_ns, order, value);
  }

  /** Takes the first entry out; its value. */
  pop(): number {
    assert(this.#length > 0, "an entry is there to be taken");
    const value = this.first_value;
    const last = --this.#length;
    if (last > 0) this.#settleDown(this.#time(last), this.#order(last), this.#values[last] as number);
    return value;
  }

  /** Moves a hole from the end up to where the entry belongs. */
  #settleUp(start: number, time_ns: number, order: number, value: number): void {
    let hole = start;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#goesBefore(time_ns, order, parent)) break;
      this.#copy(parent, hole);
      hole = parent;
    }
    this.#put(hole, time_ns, order, value);
  }

  /** Moves the hole at the top down to where the entry belongs. */
  #settleDown(time_ns: number, order: number, value: number): void {
    const length = this.#length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      const right = child + 1;
      if (right < length && this.#goesBefore(this.#time(right), this.#order(right), child)) child = right;
      if (this.#goesBefore(time_ns, order, child)) break;
      this.#copy(child, hole);
      hole = child;
    }
    this.#put(hole, time_ns, order, value);
  }

  #goesBefore(time_ns: number, order: number, entry: number): boolean {
    const other_ns = this.#time(entry);
    return time_ns === other_ns ? order < this.#order(entry) : time_ns < other_ns;
  }

  #time(entry: number): number {
    return this.#keys[2 * entry] as number;
  }

  #order(entry: number): number {
    return this.#keys[2 * entry + 1] as number;
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#time(from), this.#order(from), this.#values[from] as number);
  }

  #put(entry: number, time_ns: number, order: number, value: number): void {
    this.#keys[2 * entry] = time_ns;
    this.#keys[2 * entry + 1] = order;
    this.#values[entry] = value;
  }

  #grow(): void {
    const capacity = 2 * this.#values.length;
    const keys = new Float64Array(2 * capacity);
    keys.set(this.#keys);
    this.#keys = keys;
    const values = new Int32Array(capacity);
    values.set(this.#values);
    this.#values = values;
  }
}
