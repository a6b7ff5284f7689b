// Which objects' memory may be evicted, and in which order: unpinned ones first, soft-pinned ones in a lane of their own.
// Hard-pinned objects, unfinished ones and those an offload is using are in no lane.

import { LeaseOrder } from "./lease_order.ts";
import type { Row } from "./object_row.ts";
import type { EvictionLane, ObjectRows } from "./object_rows.ts";
import { ParkedRows } from "./parked_rows.ts";

/** Correcting an entry takes less time than evicting an object. */
const CORRECTIONS_PER_LOOK = 2;

export class EvictionIndex {
  readonly #rows: ObjectRows;
  readonly #normal: LeaseOrder;
  readonly #soft: LeaseOrder;
  readonly #parked = new ParkedRows();

  constructor(rows: ObjectRows) {
    this.#rows = rows;
    this.#normal = new LeaseOrder(rows, "normal");
    this.#soft = new LeaseOrder(rows, "soft");
  }

  /** Objects with evictable memory, leased ones included: the base of the eviction ratio. */
  get evictable_count(): number {
    return this.#normal.size + this.#soft.size + this.#parked.size;
  }

  get soft_pinned_count(): number {
    return this.#rows.soft_pins.size;
  }

  /** Puts the object into the lane that its state calls for. To be called after every change of that state. */
  place(row: Row): void {
    this.#parked.forget(row);
    const wanted = this.#laneOf(row);
    const lane = this.#rows.lane(row);
    if (wanted === lane) return;
    if (lane !== "none") this.#order(lane).remove(row);
    if (wanted !== "none") this.#order(wanted).add(row);
  }

  /** A row that takeExpired gave, back into the order: its group is protected until `until_ns`. */
  park(row: Row, until_ns: number): void {
    this.#parked.park(row, until_ns);
  }

  /** The protection of a group has become shorter: its members are met again. */
  unpark(group: Iterable<Row>): void {
    if (this.#parked.size === 0) return;
    for (const row of group) if (this.#parked.has(row)) this.place(row);
  }

  /** Soft pins whose time is over become ordinary objects, `limit` of them at most; false: there are more. */
  expireSoftPins(now_ns: number, limit: number = Number.POSITIVE_INFINITY): boolean {
    return this.#rows.soft_pins.expire(now_ns, limit, (row) => this.place(row));
  }

  /** To be called before the takeExpired calls of a tick, of which there are to be `looks` at most. */
  beginCycle(now_ns: number, looks: number): void {
    this.expireSoftPins(now_ns);
    for (const row of this.#parked.takeDue(now_ns, CORRECTIONS_PER_LOOK * looks)) this.place(row);
    this.#normal.beginCycle(CORRECTIONS_PER_LOOK * looks);
    this.#soft.beginCycle(CORRECTIONS_PER_LOOK * looks);
  }

  /** True when this tick could not look at every object it had to; the next one goes on. */
  get is_exhausted(): boolean {
    return this.#normal.is_exhausted || this.#soft.is_exhausted;
  }

  /** Takes the object of the lane whose lease ended first, or NO_ROW; the caller evicts it, or places it again. */
  takeExpired(lane: "normal" | "soft", now_ns: number): Row {
    return this.#order(lane).takeExpired(now_ns);
  }

  #order(lane: "normal" | "soft"): LeaseOrder {
    return lane === "normal" ? this.#normal : this.#soft;
  }

  #laneOf(row: Row): EvictionLane {
    const rows = this.#rows;
    const evictable =
      rows.state(row) === "complete" && rows.hasMemory(row) && !rows.isPinned(row) && !rows.isHardPinned(row);
    if (!evictable) return "none";
    return rows.soft_pins.has(row) ? "soft" : "normal";
  }
}
