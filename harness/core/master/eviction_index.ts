// Which objects' memory may be evicted, and in which order: unpinned ones first, soft-pinned ones in a lane of their own.
// Hard-pinned objects, unfinished ones and those an offload is using are in no lane.

import { LeaseHeap } from "./lease_heap.ts";
import type { EvictionLane, StoredObject } from "./stored_object.ts";

export class EvictionIndex {
  readonly #normal = new LeaseHeap("normal");
  readonly #soft = new LeaseHeap("soft");
  /** Soft-pinned objects in order of their deadlines: the TTL is one constant, so that is the order of arrival. */
  readonly #soft_deadlines = new Set<StoredObject>();

  /** Objects with evictable memory, leased ones included: the base of the eviction ratio. */
  get evictable_count(): number {
    return this.#normal.size + this.#soft.size;
  }

  get soft_pinned_count(): number {
    return this.#soft_deadlines.size;
  }

  /** Puts the object into the lane that its state calls for. To be called after every change of that state. */
  place(object: StoredObject): void {
    if (object.soft_until_ns > 0 && object.state === "complete") this.#soft_deadlines.add(object);
    else if (object.soft_until_ns > 0) this.#soft_deadlines.delete(object);
    const lane = laneOf(object);
    if (lane === object.lane) return;
    if (object.lane !== "none") this.#heap(object.lane).remove(object);
    if (lane !== "none") this.#heap(lane).add(object);
  }

  /** Soft pins whose time is over become ordinary objects. Costs what expires. */
  expireSoftPins(now_ns: number): void {
    for (const object of this.#soft_deadlines) {
      if (object.soft_until_ns > now_ns) return;
      this.#soft_deadlines.delete(object);
      object.soft_until_ns = 0;
      this.place(object);
    }
  }

  /** To be called before the takeExpired calls of an eviction. */
  beginCycle(now_ns: number): void {
    this.expireSoftPins(now_ns);
    this.#normal.beginCycle();
    this.#soft.beginCycle();
  }

  /** True when this cycle could not look at every object it had to; the next one goes on. */
  get is_exhausted(): boolean {
    return this.#normal.is_exhausted || this.#soft.is_exhausted;
  }

  /** Takes the object of the lane whose lease ended first; the caller evicts it, or places it again. */
  takeExpired(lane: "normal" | "soft", now_ns: number): StoredObject | undefined {
    return this.#heap(lane).takeExpired(now_ns);
  }

  #heap(lane: "normal" | "soft"): LeaseHeap {
    return lane === "normal" ? this.#normal : this.#soft;
  }
}

function laneOf(object: StoredObject): EvictionLane {
  const evictable =
    object.state === "complete" && object.memory.length > 0 && !object.pinned && !object.hard_pin;
  if (!evictable) return "none";
  return object.soft_until_ns > 0 ? "soft" : "normal";
}
