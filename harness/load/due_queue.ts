// What is ready and waits for its time, earliest first; equal times in the order of adding. A source hands requests out
// nearly in order, so adding is nearly always at the end.

import { assert } from "../domain/assert.ts";

interface Due {
  readonly intended_ns: number;
}

export class DueQueue<T extends Due> {
  /** Ascending by intended_ns. */
  readonly #items: T[] = [];

  add(item: T): void {
    assert(Number.isFinite(item.intended_ns), "what waits has a time");
    let at = this.#items.length;
    while (at > 0 && this.#timeAt(at - 1) > item.intended_ns) at--;
    if (at === this.#items.length) this.#items.push(item);
    else this.#items.splice(at, 0, item);
  }

  /** Null: nothing is due at now_ns. */
  takeDue(now_ns: number): T | null {
    return this.next_ns <= now_ns ? (this.#items.shift() ?? null) : null;
  }

  takeAll(): T[] {
    return this.#items.splice(0);
  }

  get length(): number {
    return this.#items.length;
  }

  /** Of the first; Infinity when nothing waits. */
  get next_ns(): number {
    return this.#timeAt(0);
  }

  /** Of the last; Infinity when nothing waits. */
  get last_ns(): number {
    return this.#timeAt(this.#items.length - 1);
  }

  #timeAt(index: number): number {
    return this.#items[index]?.intended_ns ?? Number.POSITIVE_INFINITY;
  }
}
