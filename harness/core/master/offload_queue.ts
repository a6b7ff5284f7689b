// Copies on their way to an owner's disk tier: queued at put end or on eviction, handed over by the owner's heartbeat, and turned
// into disk copies, or not, by its answer. Source: spec mooncake_store.md §6.4.
//
// A handed copy's memory stays where it is until the owner answers or OFFLOAD_TASK_TTL_MS has passed, even when the object is removed:
// the owner reads it. Whether a queued copy's memory stays is the switch `acknowledged_puts`.

import { present } from "../../domain/assert.ts";
import type { MasterReplies, MasterRequest, OffloadResult, OffloadTask } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { msToNs } from "../../domain/units.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import type { MasterConfig } from "./master_config.ts";
import type { MountedSegment } from "./mounted_segment.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";
import type { HandedTask, OwnerDisk } from "./owner_disk.ts";
import type { PromotionQueue } from "./promotion_queue.ts";
import type { SegmentPool } from "./segment_pool.ts";

type Heartbeat = Extract<MasterRequest, { op: "offload_heartbeat" }>;
type Notify = Extract<MasterRequest, { op: "notify_offloaded" }>;
type NotifyPromoted = Extract<MasterRequest, { op: "notify_promoted" }>;
type DiskEvicted = Extract<MasterRequest, { op: "notify_disk_evicted" }>;

/** After this the owner is taken to have forgotten the task. */
export const OFFLOAD_TASK_TTL_MS = 600_000;

export class OffloadQueue {
  /** Copies that owners have written. */
  offloaded_count = 0;
  readonly #config: MasterConfig;
  readonly #rows: ObjectRows;
  readonly #table: ObjectTable;
  readonly #index: EvictionIndex;
  readonly #pool: SegmentPool;
  readonly #promotions: PromotionQueue;
  readonly #disks = new Map<string, OwnerDisk>();

  constructor(
    config: MasterConfig,
    rows: ObjectRows,
    table: ObjectTable,
    index: EvictionIndex,
    pool: SegmentPool,
    promotions: PromotionQueue,
  ) {
    this.#config = config;
    this.#rows = rows;
    this.#table = table;
    this.#index = index;
    this.#pool = pool;
    this.#promotions = promotions;
  }

  /** What the owner has read back into memory, or not. */
  notifyPromoted(request: NotifyPromoted): number[] {
    const segment = this.#pool.find(request.segment_name);
    const code = this.#checkOwner(segment, request.client_id);
    if (segment === undefined || code !== STORE_CODE.OK) return request.results.map(() => code);
    return this.#promotions.notify(segment, request.results);
  }

  /** Reported capacity of the disk tiers of mounted segments. */
  get capacity_bytes(): number {
    let bytes = 0;
    for (const disk of this.#disks.values()) bytes += disk.capacity_bytes;
    return bytes;
  }

  /** As its owner last reported it; 0 before. */
  capacityOf(segment: MountedSegment): number {
    return this.#disks.get(segment.segment_name)?.capacity_bytes ?? 0;
  }

  mounted(segment: MountedSegment): void {
    const name = segment.segment_name;
    if (this.#disks.has(name)) return;
    const nothing = { queued: new Set<Row>(), handed: new Map<string, HandedTask>() };
    this.#disks.set(name, { segment_name: name, ...nothing, wipe_pending: false, capacity_bytes: 0 });
  }

  /** Forgets the tasks of an owner that is gone; to be called before its copies are dropped. */
  unmounted(segment: MountedSegment): void {
    const disk = this.#diskOf(segment);
    for (const row of disk.queued) this.#settle(row);
    for (const { row } of disk.handed.values()) this.#settle(row);
    disk.queued.clear();
    disk.handed.clear();
    disk.capacity_bytes = 0;
  }

  /**
   * Queues one memory copy for its owner and drops no other. `keep` pins it in memory until the owner has answered.
   * UNABLE_OFFLOADING: no copy is with an owner that has a disk tier; KEYS_ULTRA_LIMIT: that owner's queue is full.
   */
  enqueue(row: Row, keep: boolean): number {
    const copy = this.#rows.memory(row).find(({ segment }) => segment.info.enable_offload);
    if (copy === undefined || !this.#config.enable_offload) return STORE_CODE.UNABLE_OFFLOADING;
    const disk = this.#diskOf(copy.segment);
    if (disk.queued.size >= this.#config.offloading_queue_limit) return STORE_CODE.KEYS_ULTRA_LIMIT;
    disk.queued.add(row);
    this.#rows.setOffload(row, "queued");
    this.#table.offload_to.set(row, disk);
    this.#rows.setPinned(row, keep);
    this.#index.place(row);
    return STORE_CODE.OK;
  }

  /** After put end. A refusal leaves an ordinary object in memory. */
  enqueueAtPutEnd(row: Row): void {
    if (!this.#config.enable_offload || this.#config.offload_on_evict) return;
    this.enqueue(row, this.#config.acknowledged_puts === "safe");
  }

  heartbeat(request: Heartbeat, now_ns: number): MasterReplies["offload_heartbeat"] {
    const segment = this.#pool.find(request.segment_name);
    const code = this.#checkOwner(segment, request.client_id);
    if (segment === undefined || code !== STORE_CODE.OK)
      return { code, tasks: [], promotions: [], wipe: false };
    const disk = this.#diskOf(segment);
    disk.capacity_bytes = request.disk_capacity_bytes;
    const wipe = disk.wipe_pending;
    disk.wipe_pending = false;
    const promotions = this.#promotions.handOver(segment, now_ns);
    return { code, tasks: this.#handOver(disk, segment, now_ns), promotions, wipe };
  }

  /** The owner's answers, or, for keys it was not handed, buckets it found after a restart. */
  notify(request: Notify): number[] {
    const segment = this.#pool.find(request.segment_name);
    const code = this.#checkOwner(segment, request.client_id);
    if (segment === undefined || code !== STORE_CODE.OK) return request.results.map(() => code);
    const disk = this.#diskOf(segment);
    return request.results.map((result) => {
      const task = disk.handed.get(result.key);
      return task === undefined
        ? this.#register(result, segment, disk)
        : this.#answer(task.row, result, segment, disk);
    });
  }

  /** Only from the client that has the segment mounted: another's word would hide copies that are there. */
  diskEvicted(request: DiskEvicted): number {
    const segment = this.#pool.find(request.segment_name);
    if (segment === undefined) return STORE_CODE.SEGMENT_NOT_FOUND;
    if (segment.client_id !== request.client_id) return STORE_CODE.ILLEGAL_CLIENT;
    for (const key of request.keys) {
      const row = this.#table.find(key);
      if (row !== NO_ROW) this.#table.dropDisk(row, segment);
    }
    return STORE_CODE.OK;
  }

  /** Every owner, also one that is away, deletes its buckets at its next heartbeat. */
  wipeAll(): void {
    for (const disk of this.#disks.values()) disk.wipe_pending = true;
  }

  expireTasks(now_ns: number): void {
    for (const disk of this.#disks.values()) {
      for (const [key, { row, expires_ns }] of disk.handed) {
        if (expires_ns > now_ns) break;
        disk.handed.delete(key);
        this.#settle(row);
      }
    }
  }

  #handOver(disk: OwnerDisk, segment: MountedSegment, now_ns: number): OffloadTask[] {
    const tasks: OffloadTask[] = [];
    for (const row of disk.queued) {
      if (!this.#table.settle(row)) continue;
      const key = this.#table.keyOf(row);
      if (disk.handed.has(key)) continue; // a removed namesake is still being written: one task a key
      const copy = present(
        this.#rows.memory(row).find((memory) => memory.segment === segment),
        "a queued object has memory with the owner it is queued for",
      );
      disk.queued.delete(row);
      disk.handed.set(key, { row, expires_ns: now_ns + msToNs(OFFLOAD_TASK_TTL_MS) });
      this.#rows.setOffload(row, "handed");
      this.#rows.setPinned(row, true);
      this.#index.place(row);
      tasks.push({ key, offset: segment.space.offset(copy.place), bytes: this.#rows.bytes(row) });
    }
    return tasks;
  }

  #answer(row: Row, result: OffloadResult, segment: MountedSegment, disk: OwnerDisk): number {
    disk.handed.delete(result.key);
    const removed = !this.#table.settle(row);
    if (!removed && result.code === STORE_CODE.OK && !disk.wipe_pending) {
      this.#table.addDisk(row, segment);
      this.offloaded_count++;
    }
    this.#settle(row);
    if (result.code !== STORE_CODE.OK) return STORE_CODE.OK;
    if (removed) return STORE_CODE.OBJECT_NOT_FOUND;
    if (!disk.wipe_pending) return STORE_CODE.OK;
    this.enqueueAtPutEnd(row); // the file goes with the wipe: write it again
    return STORE_CODE.OBJECT_NOT_FOUND;
  }

  #register(result: OffloadResult, segment: MountedSegment, disk: OwnerDisk): number {
    if (result.code !== STORE_CODE.OK) return STORE_CODE.OK;
    if (disk.wipe_pending) return STORE_CODE.OBJECT_NOT_FOUND;
    const existing = this.#table.find(result.key);
    // The key may have been removed and put again while the owner was away: what memory has is the newer.
    if (existing !== NO_ROW) {
      return this.#rows.disk(existing).includes(segment) ? STORE_CODE.OK : STORE_CODE.OBJECT_ALREADY_EXISTS;
    }
    const client = this.#rows.clientNumber(segment.client_id);
    const row = this.#table.insert(result.key, result.bytes, client, []);
    this.#rows.setState(row, "complete");
    this.#table.addDisk(row, segment);
    return STORE_CODE.OK;
  }

  /** The object is no longer queued or handed; memory that only the task held is freed. */
  #settle(row: Row): void {
    this.#rows.setOffload(row, "none");
    this.#table.offload_to.delete(row);
    this.#rows.setPinned(row, false);
    if (this.#rows.state(row) === "removed") this.#table.release(row);
    else this.#index.place(row);
  }

  #checkOwner(segment: MountedSegment | undefined, client_id: string): number {
    if (segment === undefined) return STORE_CODE.SEGMENT_NOT_FOUND;
    if (segment.client_id !== client_id) return STORE_CODE.ILLEGAL_CLIENT;
    const has_disk = this.#config.enable_offload && segment.info.enable_offload;
    return has_disk ? STORE_CODE.OK : STORE_CODE.UNABLE_OFFLOADING;
  }

  #diskOf(segment: MountedSegment): OwnerDisk {
    return present(this.#disks.get(segment.segment_name), "a mounted segment has its owner's disk entry");
  }
}
