// Which objects are soft-pinned, and until when. A pin begins when its object becomes readable and ends at a fixed time; reads do not
// extend it. Source: spec mooncake_store.md §6.2.

import type { Row } from "./object_row.ts";

export class SoftPins {
  /** Of objects that are being written. */
  readonly #wanted_ttl_ns = new Map<Row, number>();
  readonly #ttl_ns = new Map<Row, number>();
  /** TTL → row → end. Pins of one TTL end in the order in which they began. */
  readonly #until_ns = new Map<number, Map<Row, number>>();

  /** Objects soft-pinned now. */
  get size(): number {
    return this.#ttl_ns.size;
  }

  has(row: Row): boolean {
    return this.#ttl_ns.has(row);
  }

  /** The object is to be pinned once it is readable; 0 ns: it is not. */
  want(row: Row, ttl_ns: number): void {
    if (ttl_ns > 0) this.#wanted_ttl_ns.set(row, ttl_ns);
  }

  /** The object is readable from now on. */
  begin(row: Row, now_ns: number): void {
    const ttl_ns = this.#wanted_ttl_ns.get(row);
    if (ttl_ns === undefined) return;
    this.#wanted_ttl_ns.delete(row);
    this.#ttl_ns.set(row, ttl_ns);
    const same_ttl = this.#until_ns.get(ttl_ns) ?? new Map<Row, number>();
    same_ttl.set(row, now_ns + ttl_ns);
    this.#until_ns.set(ttl_ns, same_ttl);
  }

  forget(row: Row): void {
    this.#wanted_ttl_ns.delete(row);
    const ttl_ns = this.#ttl_ns.get(row);
    if (ttl_ns === undefined) return;
    this.#ttl_ns.delete(row);
    const same_ttl = this.#until_ns.get(ttl_ns);
    same_ttl?.delete(row);
    if (same_ttl?.size === 0) this.#until_ns.delete(ttl_ns);
  }

  /**
   * Ends the pins whose time is over, `limit` of them at most; false: there are more. Costs what ends, and one look for every TTL in
   * use.
   */
  expire(now_ns: number, limit: number, onEnd: (row: Row) => void): boolean {
    let left = limit;
    for (const same_ttl of this.#until_ns.values()) {
      for (const [row, until_ns] of same_ttl) {
        if (until_ns > now_ns) break;
        if (left === 0) return false;
        left--;
        this.forget(row);
        onEnd(row);
      }
    }
    return true;
  }
}
