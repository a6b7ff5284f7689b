// Copies on their way from an owner's disk back to its memory, because they are read often (promotion on hit; off by default). A get of
// an object that is only on disk counts it; one that is asked for often enough is queued for its owner, which takes a few tasks with a
// heartbeat, reads the object into the range that the master has allocated, and answers. Source: spec mooncake_store.md §6.4.
//
// Until the answer the copy is nobody's: readers go to the disk. An object that is removed meanwhile takes its task along, but the
// range stays allocated until the owner, which may be writing it, has answered or is taken to have forgotten.

import type { MasterRequest, OffloadTask, PromotionCounts } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { msToNs } from "../../domain/units.ts";
import { CountMinSketch } from "./count_min_sketch.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import type { MasterConfig } from "./master_config.ts";
import type { MountedSegment } from "./mounted_segment.ts";
import type { Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import type { ObjectTable, PromotionTask } from "./object_table.ts";
import { PromotionRetries } from "./promotion_retries.ts";
import type { SegmentPool } from "./segment_pool.ts";

type Notify = Extract<MasterRequest, { op: "notify_promoted" }>;

/** A task with the range that its owner reads into. */
interface HandedTask {
  readonly task: PromotionTask;
  /** In the space of the mount. */
  readonly place: number;
}

/** Tasks of one mount: waiting for a heartbeat, and with the owner, by key. */
interface MountTasks {
  readonly queued: Set<PromotionTask>;
  readonly handed: Map<string, HandedTask>;
}

export class PromotionQueue {
  readonly #config: MasterConfig;
  readonly #rows: ObjectRows;
  readonly #table: ObjectTable;
  readonly #index: EvictionIndex;
  readonly #pool: SegmentPool;
  /** Null: nothing is promoted. */
  readonly #sketch: CountMinSketch | null;
  readonly #retries = new PromotionRetries();
  readonly #mounts = new Map<MountedSegment, MountTasks>();
  readonly #counts: { -readonly [Name in keyof PromotionCounts]: number } = {
    in_flight: 0,
    admitted: 0,
    completed: 0,
    completed_bytes: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    rejected_frequency: 0,
    rejected_watermark: 0,
    rejected_cap: 0,
  };

  constructor(
    config: MasterConfig,
    rows: ObjectRows,
    table: ObjectTable,
    index: EvictionIndex,
    pool: SegmentPool,
  ) {
    this.#config = config;
    this.#rows = rows;
    this.#table = table;
    this.#index = index;
    this.#pool = pool;
    this.#sketch = config.promote_on_hit ? new CountMinSketch() : null;
  }

  get counts(): PromotionCounts {
    return { ...this.#counts };
  }

  /** A get found the object on disk only. */
  hit(row: Row, now_ns: number): void {
    if (this.#sketch === null || this.#table.promotions.has(row)) return;
    if (this.#sketch.add(this.#table.hashOf(row)) < this.#config.promotion_admission_threshold) {
      this.#counts.rejected_frequency++;
      return;
    }
    if (!this.#admit(row, now_ns)) this.#retries.add(row, this.#rows.sequence(row), now_ns);
  }

  /** What the owner is to read into memory now. Ranges are allocated here, so a full segment keeps its tasks waiting. */
  handOver(segment: MountedSegment, now_ns: number): OffloadTask[] {
    const tasks: OffloadTask[] = [];
    const mount = this.#mounts.get(segment);
    if (mount === undefined) return tasks;
    for (const task of mount.queued) {
      if (tasks.length === this.#config.promotions_per_heartbeat) break;
      if (this.#isCancelled(task)) {
        mount.queued.delete(task);
        this.#end("cancelled");
        continue;
      }
      const bytes = this.#rows.bytes(task.row);
      const place = segment.space.allocate(bytes);
      if (place === null) break;
      mount.queued.delete(task);
      task.expires_ns = now_ns + msToNs(this.#config.put_start_release_ms);
      const key = this.#table.keyOf(task.row);
      mount.handed.set(key, { task, place });
      tasks.push({ key, offset: segment.space.offset(place), bytes });
    }
    return tasks;
  }

  /** The owner's answers: what it has read becomes a memory copy like any other. */
  notify(segment: MountedSegment, results: Notify["results"]): number[] {
    return results.map(({ key, code }) => {
      const mount = this.#mounts.get(segment);
      const handed = mount?.handed.get(key);
      if (handed === undefined) return STORE_CODE.OBJECT_NOT_FOUND;
      mount?.handed.delete(key);
      return this.#answer(segment, handed, code);
    });
  }

  /** The mount is gone with its memory and its disk copies. */
  unmounted(segment: MountedSegment): void {
    const mount = this.#mounts.get(segment);
    if (mount === undefined) return;
    this.#mounts.delete(segment);
    for (const task of [...mount.queued, ...[...mount.handed.values()].map((handed) => handed.task)]) {
      this.#table.promotions.delete(task.row);
      this.#end("cancelled");
    }
  }

  tick(now_ns: number): void {
    this.#retries.tick(now_ns, (row, sequence) => {
      const is_same =
        this.#table.settle(row) &&
        this.#rows.state(row) === "complete" &&
        this.#rows.sequence(row) === sequence;
      const is_wanted = is_same && !this.#rows.hasMemory(row) && !this.#table.promotions.has(row);
      return !is_wanted || this.#admit(row, now_ns);
    });
  }

  /** Tasks that their owner must have forgotten. To be called now and then. */
  expireTasks(now_ns: number): void {
    for (const [segment, mount] of this.#mounts) {
      for (const [key, { task, place }] of mount.handed) {
        if (task.expires_ns > now_ns) break;
        mount.handed.delete(key);
        segment.space.free(place);
        if (!task.is_cancelled) this.#table.promotions.delete(task.row);
        this.#end("expired");
      }
    }
  }

  #admit(row: Row, now_ns: number): boolean {
    const [segment] = this.#rows.disk(row);
    if (segment === undefined) return true;
    if (this.#pool.used_ratio >= this.#config.eviction_high_watermark_ratio) {
      this.#counts.rejected_watermark++;
      return false;
    }
    if (this.#counts.in_flight >= this.#config.promotion_queue_limit) {
      this.#counts.rejected_cap++;
      return false;
    }
    const task: PromotionTask = { row, is_cancelled: false, expires_ns: now_ns };
    const mount = this.#mounts.get(segment) ?? { queued: new Set(), handed: new Map() };
    this.#mounts.set(segment, mount);
    mount.queued.add(task);
    this.#table.promotions.set(row, task);
    this.#counts.admitted++;
    this.#counts.in_flight++;
    return true;
  }

  #answer(segment: MountedSegment, { task, place }: HandedTask, code: number): number {
    const { row } = task;
    const is_cancelled = this.#isCancelled(task);
    if (!is_cancelled) this.#table.promotions.delete(row);
    if (is_cancelled || code !== STORE_CODE.OK) {
      segment.space.free(place);
      this.#end(is_cancelled ? "cancelled" : "failed");
      return is_cancelled ? STORE_CODE.OBJECT_NOT_FOUND : STORE_CODE.OK;
    }
    this.#rows.setMemory(row, [{ segment, place }]);
    this.#index.place(row);
    this.#counts.completed_bytes += this.#rows.bytes(row);
    this.#end("completed");
    return STORE_CODE.OK;
  }

  /** A sweep that is to take the object takes the task along. */
  #isCancelled(task: PromotionTask): boolean {
    if (!task.is_cancelled) this.#table.settle(task.row);
    return task.is_cancelled;
  }

  #end(how: "completed" | "failed" | "cancelled" | "expired"): void {
    this.#counts.in_flight--;
    this.#counts[how]++;
  }
}
