// The pending events of a simulation. Order is total: time, then priority (lower first), then the order of pushing. So two runs
// of one scenario pop the same events in the same order on any machine.
//
// Priority and sequence share one double: priority × 2^48 + sequence, exact below 2^53 for 32 priorities and 2^48 pushes.

import { TimeHeap } from "../clock/time_heap.ts";
import { present } from "../domain/assert.ts";

const SEQUENCES: number = 2 ** 48;

/** `Action`: what an event does. */
export class EventHeap<Action = () => void> {
  /** By time and order, where an event's action is. */
  readonly #slots = new TimeHeap();
  readonly #actions: (Action | null)[] = [];
  readonly #free_slots: number[] = [];
  #sequence = 0;

  get length(): number {
    return this.#slots.length;
  }

  /** Of the earliest event; meaningless when there is none. */
  get next_time_ns(): number {
    return this.#slots.first_time_ns;
  }

  get next_priority(): number {
    return Math.floor(this.#slots.first_order / SEQUENCES);
  }

  push(time_ns: number, priority: number, action: Action): void {
    const slot = this.#free_slots.pop() ?? this.#actions.length;
    this.#slots.push(time_ns, priority * SEQUENCES + this.#sequence++, slot);
    this.#actions[slot] = action;
  }

  /** Takes the earliest event out. */
  pop(): Action {
    const slot = this.#slots.pop();
    const action = present(this.#actions[slot], "a pending event has an action");
    this.#actions[slot] = null;
    this.#free_slots.push(slot);
    return action;
  }
}
