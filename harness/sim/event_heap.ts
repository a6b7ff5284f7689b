// The pending events of a simulation: a binary heap over typed arrays. Order is total: time, then priority (lower first),
// then the order of pushing. So two runs of one scenario pop the same events in the same order on any machine.
//
// Priority and sequence share one double: priority × 2^48 + sequence, exact below 2^53 for 32 priorities and 2^48 pushes.

import { assert } from "../domain/assert.ts";

const SEQUENCES: number = 2 ** 48;
const FIRST_CAPACITY = 1024;

export class EventHeap {
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  /** Where an entry's action is. */
  #slots = new Int32Array(FIRST_CAPACITY);
  readonly #actions: ((() => void) | null)[] = [];
  readonly #free_slots: number[] = [];
  #length = 0;
  #sequence = 0;

  get length(): number {
    return this.#length;
  }

  /** Of the earliest event; meaningless when there is none. */
  get next_time_ns(): number {
    return this.#times[0] as number;
  }

  get next_priority(): number {
    return Math.floor((this.#orders[0] as number) / SEQUENCES);
  }

  push(time_ns: number, priority: number, action: () => void): void {
    assert(Number.isSafeInteger(time_ns), "an event's time is a whole number of ns");
    if (this.#length === this.#times.length) this.#grow();
    const slot = this.#free_slots.pop() ?? this.#actions.length;
    this.#actions[slot] = action;
    this.#settleUp(this.#length++, time_ns, priority * SEQUENCES + this.#sequence++, slot);
  }

  /** Takes the earliest event out. */
  pop(): () => void {
    assert(this.#length > 0, "an event is there to be taken");
    const slot = this.#slots[0] as number;
    const action = this.#actions[slot];
    this.#actions[slot] = null;
    this.#free_slots.push(slot);
    const last = --this.#length;
    if (last > 0) {
      this.#settleDown(
        this.#times[last] as number,
        this.#orders[last] as number,
        this.#slots[last] as number,
      );
    }
    assert(action !== null && action !== undefined, "a pending event has an action");
    return action;
  }

  /** Moves a hole from the end up to where the entry belongs. */
  #settleUp(start: number, time_ns: number, order: number, slot: number): void {
    let hole = start;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#goesBefore(time_ns, order, parent)) break;
      this.#copy(parent, hole);
      hole = parent;
    }
    this.#put(hole, time_ns, order, slot);
  }

  /** Moves the hole at the top down to where the entry belongs. */
  #settleDown(time_ns: number, order: number, slot: number): void {
    const length = this.#length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      const right = child + 1;
      if (
        right < length &&
        this.#goesBefore(this.#times[right] as number, this.#orders[right] as number, child)
      ) {
        child = right;
      }
      if (this.#goesBefore(time_ns, order, child)) break;
      this.#copy(child, hole);
      hole = child;
    }
    this.#put(hole, time_ns, order, slot);
  }

  #goesBefore(time_ns: number, order: number, entry: number): boolean {
    const other_ns = this.#times[entry] as number;
    return time_ns === other_ns ? order < (this.#orders[entry] as number) : time_ns < other_ns;
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#times[from] as number, this.#orders[from] as number, this.#slots[from] as number);
  }

  #put(entry: number, time_ns: number, order: number, slot: number): void {
    this.#times[entry] = time_ns;
    this.#orders[entry] = order;
    this.#slots[entry] = slot;
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    const times = new Float64Array(capacity);
    const orders = new Float64Array(capacity);
    const slots = new Int32Array(capacity);
    times.set(this.#times);
    orders.set(this.#orders);
    slots.set(this.#slots);
    this.#times = times;
    this.#orders = orders;
    this.#slots = slots;
  }
}
