// Eviction of memory copies, run every tick. Source of the formula and the order: spec mooncake_store.md §6.2.
//
//   target = max(eviction_ratio, used − high + eviction_ratio)      lower = max(target ÷ 2, used − high)
//   pass 1: ceil(base × target) unpinned objects, soonest lease end first
//   pass 2: if fewer than ceil(base × lower) went, soft-pinned ones, soonest lease end first
//
// base counts objects with evictable memory, leased ones included. Leased objects never go, so with long leases the pool may stay
// above the watermark with nothing evicted. Objects have no group ids yet; a group, kept whole while a member is leased, would be
// decided in #evictOne.

import { STORE_CODE } from "../../domain/store_error.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import type { MasterConfig } from "./master_config.ts";
import type { ObjectTable } from "./object_table.ts";
import type { OffloadQueue } from "./offload_queue.ts";
import type { SegmentPool } from "./segment_pool.ts";
import type { EvictionLane, StoredObject } from "./stored_object.ts";

export class Evictor {
  /** Objects whose memory was freed, and its bytes. */
  evicted_key_count = 0;
  evicted_size_bytes = 0;
  readonly #config: MasterConfig;
  readonly #table: ObjectTable;
  readonly #index: EvictionIndex;
  readonly #pool: SegmentPool;
  readonly #offload: OffloadQueue;
  #wanted = false;
  /** What this cycle may still queue for offload. */
  #offload_budget = 0;

  constructor(
    config: MasterConfig,
    table: ObjectTable,
    index: EvictionIndex,
    pool: SegmentPool,
    offload: OffloadQueue,
  ) {
    this.#config = config;
    this.#table = table;
    this.#index = index;
    this.#pool = pool;
    this.#offload = offload;
  }

  /** A put found no space: the next tick evicts even below the watermark. */
  wake(): void {
    this.#wanted = true;
  }

  /** `released`: objects that this tick has freed otherwise; they count towards the lower bound. */
  run(now_ns: number, released: number): void {
    const { eviction_high_watermark_ratio: high, eviction_ratio: ratio } = this.#config;
    const used = this.#pool.used_ratio;
    if (used <= high && !this.#wanted) return;
    const woken = this.#wanted;
    this.#wanted = false;
    this.#index.beginCycle(now_ns);
    const base = this.#index.evictable_count;
    if (base === 0) return;
    const target = Math.max(ratio, used - high + ratio);
    const lower = Math.max(0.5 * target, used - high);
    this.#offload_budget = Math.floor(this.#config.offloading_queue_limit * this.#config.offload_cap_ratio);
    const evicted = this.#evictFrom("normal", Math.ceil(base * target), now_ns);
    const soft_count = Math.ceil(base * lower) - evicted - released;
    if (this.#index.is_exhausted) this.#wanted = woken;
    else if (this.#config.allow_evict_soft_pinned_objects) this.#evictFrom("soft", soft_count, now_ns);
  }

  /** Evicts up to `count` objects of the lane; how many went. */
  #evictFrom(lane: Exclude<EvictionLane, "none">, count: number, now_ns: number): number {
    const kept: StoredObject[] = [];
    let evicted = 0;
    while (evicted < count) {
      const object = this.#index.takeExpired(lane, now_ns);
      if (object === undefined) break;
      if (this.#evictOne(object)) evicted++;
      else kept.push(object);
    }
    for (const object of kept) this.#index.place(object);
    return evicted;
  }

  /** False: the object stays. Queued for offload counts as evicted; its memory goes in a later cycle, once it is on disk. */
  #evictOne(object: StoredObject): boolean {
    const offload_first =
      this.#config.enable_offload && this.#config.offload_on_evict && object.disk.length === 0;
    if (offload_first) {
      if (this.#queueOffload(object)) return true;
      if (!this.#config.offload_force_evict) return false;
    }
    this.evicted_key_count++;
    this.evicted_size_bytes += object.bytes * object.memory.length;
    this.#table.dropMemory(object, null);
    return true;
  }

  #queueOffload(object: StoredObject): boolean {
    if (this.#offload_budget <= 0) return false;
    if (this.#offload.enqueue(object, true) !== STORE_CODE.OK) return false;
    this.#offload_budget--;
    for (const { segment } of object.memory) {
      if (segment.info.segment_name === object.offload_to?.segment_name) continue;
      this.#table.dropMemory(object, segment);
    }
    return true;
  }
}
