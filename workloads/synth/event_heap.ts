// What comes next, by time; of equal times what was pushed first.

export class EventHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #pushed = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** Time of the next; undefined when there is none. */
  get first(): number | undefined {
    return this.#entries[0]?.time;
  }

  push(time: number, value: T): void {
    const entries = this.#entries;
    const entry = { time, sequence: this.#pushed++, value };
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent] as Entry<T>;
      if (!isBefore(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): T | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (top === undefined || last === undefined || entries.length === 0) return top?.value;
    let at = 0;
    for (;;) {
      const left = entries[2 * at + 1];
      if (left === undefined) break;
      const right = entries[2 * at + 2];
      const is_right = right !== undefined && isBefore(right, left);
      const below = is_right ? right : left;
      if (!isBefore(below, last)) break;
      entries[at] = below;
      at = 2 * at + (is_right ? 2 : 1);
    }
    entries[at] = last;
    return top.value;
  }
}

interface Entry<T> {
  readonly time: number;
  readonly sequence: number;
  readonly value: T;
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.time !== b.time ? a.time < b.time : a.sequence < b.sequence;
}
