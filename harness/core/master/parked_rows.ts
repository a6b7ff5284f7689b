// Evictable objects that cannot go before a known time, because a lease on another member of their group protects them too. They wait
// here instead of being met again by every tick. Costs nothing until the first of them is due; then one look at each.

import type { Row } from "./object_row.ts";

export class ParkedRows {
  readonly #until_ns = new Map<Row, number>();
  #earliest_ns = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#until_ns.size;
  }

  has(row: Row): boolean {
    return this.#until_ns.has(row);
  }

  park(row: Row, until_ns: number): void {
    this.#until_ns.set(row, until_ns);
    this.#earliest_ns = Math.min(this.#earliest_ns, until_ns);
  }

  forget(row: Row): void {
    this.#until_ns.delete(row);
  }

  /** Takes out the rows whose time has come. */
  takeDue(now_ns: number): Row[] {
    if (now_ns < this.#earliest_ns) return [];
    const due: Row[] = [];
    this.#earliest_ns = Number.POSITIVE_INFINITY;
    for (const [row, until_ns] of this.#until_ns) {
      if (until_ns <= now_ns) due.push(row);
      else this.#earliest_ns = Math.min(this.#earliest_ns, until_ns);
    }
    for (const row of due) this.#until_ns.delete(row);
    return due;
  }
}
