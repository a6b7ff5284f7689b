// Evictable objects that cannot go before a known time, because a lease on another member of their group protects them too. They wait
// here, in the order of that time, instead of being met again by every tick. What is forgotten leaves the heap when its time comes.

import type { Row } from "./object_row.ts";

interface Parked {
  readonly row: Row;
  readonly until_ns: number;
}

export class ParkedRows {
  readonly #until_ns = new Map<Row, number>();
  /** A binary heap by until_ns. An entry is dead when its row has another time by now, or none. */
  readonly #heap: Parked[] = [];

  get size(): number {
    return this.#until_ns.size;
  }

  has(row: Row): boolean {
    return this.#until_ns.has(row);
  }

  park(row: Row, until_ns: number): void {
    this.#until_ns.set(row, until_ns);
    this.#heap.push({ row, until_ns });
    this.#rise(this.#heap.length - 1);
  }

  forget(row: Row): void {
    this.#until_ns.delete(row);
  }

  /** Takes out rows whose time has come, `limit` of them at most. */
  takeDue(now_ns: number, limit: number): Row[] {
    const due: Row[] = [];
    while (due.length < limit) {
      const first = this.#heap[0];
      if (first === undefined || first.until_ns > now_ns) break;
      this.#dropFirst();
      if (this.#until_ns.get(first.row) !== first.until_ns) continue;
      this.#until_ns.delete(first.row);
      due.push(first.row);
    }
    return due;
  }

  #rise(start: number): void {
    const heap = this.#heap;
    let at = start;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#timeOf(above) <= this.#timeOf(at)) return;
      [heap[at], heap[above]] = [heap[above] as Parked, heap[at] as Parked];
      at = above;
    }
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const below = left + 1 < heap.length && this.#timeOf(left + 1) < this.#timeOf(left) ? left + 1 : left;
      if (this.#timeOf(at) <= this.#timeOf(below)) return;
      [heap[at], heap[below]] = [heap[below] as Parked, heap[at] as Parked];
      at = below;
    }
  }

  #timeOf(entry: number): number {
    return (this.#heap[entry] as Parked).until_ns;
  }
}
