// Eviction of memory copies, run every tick. Source of the formula and the order: spec mooncake_store.md §6.2.
//
//   target = max(eviction_ratio, used − high + eviction_ratio)      lower = max(target ÷ 2, used − high)
//   pass 1: ceil(base × target) unpinned objects, soonest lease end first
//   pass 2: if fewer than ceil(base × lower) went, soft-pinned ones, soonest lease end first
//
// base counts objects with evictable memory, leased ones included. Leased objects never go, so with long leases the pool may stay
// above the watermark with nothing evicted. A group goes when its first member's turn comes, and stays while any of its members is
// leased; then it is not looked at again before that lease ends. A large eviction is spread over ticks, so that requests between them wait a few
// milliseconds at most; its target is decided once.

import { STORE_CODE } from "../../domain/store_error.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import type { MasterConfig } from "./master_config.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";
import type { OffloadQueue } from "./offload_queue.ts";
import type { SegmentPool } from "./segment_pool.ts";

/** Objects looked at in one tick, where pieces are not to be smaller. */
const LOOKS_PER_TICK = 2048;

/** An eviction that is not finished. */
interface Eviction {
  has_succeeded: boolean;
  normal_left: number;
  /** What both passes together are to free at least. */
  soft_left: number;
}

export class Evictor {
  /** Objects whose memory was freed, and its bytes. */
  evicted_key_count = 0;
  evicted_size_bytes = 0;
  /** Evictions begun / that freed or queued something. */
  attempt_count = 0;
  success_count = 0;
  readonly #config: MasterConfig;
  readonly #rows: ObjectRows;
  readonly #table: ObjectTable;
  readonly #index: EvictionIndex;
  readonly #pool: SegmentPool;
  readonly #offload: OffloadQueue;
  readonly #looks_per_tick: number;
  #wanted = false;
  #eviction: Eviction | null = null;
  #looks_left = 0;
  /** What this cycle may still queue for offload. */
  #offload_budget = 0;

  constructor(
    config: MasterConfig,
    rows: ObjectRows,
    table: ObjectTable,
    index: EvictionIndex,
    pool: SegmentPool,
    offload: OffloadQueue,
    rows_per_piece: number,
  ) {
    this.#config = config;
    this.#rows = rows;
    this.#table = table;
    this.#index = index;
    this.#pool = pool;
    this.#offload = offload;
    this.#looks_per_tick = Math.min(LOOKS_PER_TICK, rows_per_piece);
  }

  /** An eviction has begun and goes on with the next tick. */
  get is_evicting(): boolean {
    return this.#eviction !== null;
  }

  /** A put found no space: the next tick evicts even below the watermark. */
  wake(): void {
    this.#wanted = true;
  }

  /** `released`: objects that this tick has freed otherwise; they count towards the lower bound. */
  run(now_ns: number, released: number): void {
    this.#eviction ??= this.#begin(now_ns);
    if (this.#eviction === null) return;
    const eviction = this.#eviction;
    this.#looks_left = this.#looks_per_tick;
    this.#index.beginCycle(now_ns, this.#looks_left);
    const evicted = this.#evictFrom("normal", eviction.normal_left, now_ns);
    eviction.normal_left -= evicted;
    eviction.soft_left -= evicted + released;
    if (eviction.normal_left > 0 && this.#isCutShort(evicted)) return;
    eviction.normal_left = 0;
    let soft_evicted = 0;
    if (this.#config.allow_evict_soft_pinned_objects) {
      soft_evicted = this.#evictFrom("soft", eviction.soft_left, now_ns);
      eviction.soft_left -= soft_evicted;
    }
    if (evicted + soft_evicted > 0 && !eviction.has_succeeded) this.success_count++;
    eviction.has_succeeded ||= evicted + soft_evicted > 0;
    if (eviction.soft_left > 0 && this.#isCutShort(evicted + soft_evicted)) return;
    this.#eviction = null;
  }

  #begin(now_ns: number): Eviction | null {
    const { eviction_high_watermark_ratio: high, eviction_ratio: ratio } = this.#config;
    const used = this.#pool.used_ratio;
    if (used <= high && !this.#wanted) return null;
    this.#wanted = false;
    this.#index.expireSoftPins(now_ns);
    const base = this.#index.evictable_count;
    const target = Math.max(ratio, used - high + ratio);
    const lower = Math.max(0.5 * target, used - high);
    this.#offload_budget = Math.floor(this.#config.offloading_queue_limit * this.#config.offload_cap_ratio);
    this.attempt_count++;
    if (base === 0) return null;
    const normal_left = Math.ceil(base * target);
    return { normal_left, soft_left: Math.ceil(base * lower), has_succeeded: false };
  }

  /** The tick's share of work is done and the next one may go on: not when nothing could be evicted by looking. */
  #isCutShort(evicted: number): boolean {
    return this.#index.is_exhausted || (this.#looks_left <= 0 && evicted > 0);
  }

  /** Evicts up to `count` objects of the lane; how many went. */
  #evictFrom(lane: "normal" | "soft", count: number, now_ns: number): number {
    const kept: Row[] = [];
    let evicted = 0;
    while (evicted < count && this.#looks_left > 0) {
      const row = this.#index.takeExpired(lane, now_ns);
      if (row === NO_ROW) break;
      this.#looks_left--;
      const group = this.#rows.groups.membersOf(row);
      const lease_ns = group === undefined ? 0 : this.#lastLeaseNs(group);
      if (lease_ns > now_ns) {
        this.#index.park(row, lease_ns);
        continue;
      }
      if (this.#evictOne(row)) evicted++;
      else kept.push(row);
      if (group !== undefined) evicted += this.#evictMembers(group, lane);
    }
    for (const row of kept) this.#index.place(row);
    return evicted;
  }

  #lastLeaseNs(group: ReadonlySet<Row>): number {
    this.#looks_left -= group.size;
    let lease_ns = 0;
    for (const row of group) lease_ns = Math.max(lease_ns, this.#rows.leaseNs(row));
    return lease_ns;
  }

  /** Evicts what of a group is in the lane, or in the one that goes before it. */
  #evictMembers(group: ReadonlySet<Row>, lane: "normal" | "soft"): number {
    let evicted = 0;
    for (const row of [...group]) {
      const member_lane = this.#rows.lane(row);
      const is_due = member_lane === lane || (lane === "soft" && member_lane === "normal");
      if (is_due && this.#evictOne(row)) evicted++;
    }
    return evicted;
  }

  /** False: the object stays. Queued for offload counts as evicted; its memory goes in a later cycle, once it is on disk. */
  #evictOne(row: Row): boolean {
    if (!this.#table.settle(row) || !this.#rows.hasMemory(row)) return true; // A sweep was to take it.
    const offload_first =
      this.#config.enable_offload && this.#config.offload_on_evict && !this.#rows.hasDisk(row);
    if (offload_first) {
      if (this.#queueOffload(row)) return true;
      if (!this.#config.offload_force_evict) return false;
    }
    this.evicted_key_count++;
    this.evicted_size_bytes += this.#rows.bytes(row) * this.#rows.memoryCount(row);
    this.#table.dropAllMemory(row);
    return true;
  }

  #queueOffload(row: Row): boolean {
    if (this.#offload_budget <= 0) return false;
    if (this.#offload.enqueue(row, true) !== STORE_CODE.OK) return false;
    this.#offload_budget--;
    for (const { segment } of this.#rows.memory(row)) {
      if (segment.segment_name === this.#table.offload_to.get(row)?.segment_name) continue;
      this.#table.dropMemory(row, segment);
    }
    return true;
  }
}
