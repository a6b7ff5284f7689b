// How a bucket leaves the disk: the master is told, its last reads end, the file goes. Whole buckets leave, by fifo or lru, to make room
// or when the high watermark is passed. Source: spec mooncake_store.md §6.4.

import { assert } from "../../domain/assert.ts";
import { msToNs } from "../../domain/units.ts";
import type { BucketTable } from "./bucket_table.ts";
import type { DiskBucket } from "./disk_bucket.ts";
import { type DiskTierConfig, type DiskTierEffect, DRAIN_TIMEOUT_MS } from "./disk_tier_api.ts";

export class BucketRemoval {
  evicted_buckets = 0;
  evicted_keys = 0;
  readonly #config: DiskTierConfig;
  readonly #table: BucketTable;
  readonly #emit: (effect: DiskTierEffect) => void;

  constructor(config: DiskTierConfig, table: BucketTable, emit: (effect: DiskTierEffect) => void) {
    this.#config = config;
    this.#table = table;
    this.#emit = emit;
  }

  /**
   * room: a bucket of `bytes` and `keys` fits now. wait: it will when buckets are gone that leave or soon may. full, too_many_keys:
   * nothing may leave for it.
   */
  makeRoom(bytes: number, keys: number, now_ns: number): "room" | "wait" | "full" | "too_many_keys" {
    const { capacity_bytes, keys_limit } = this.#config;
    const keys_fit = this.#table.key_count + keys <= keys_limit;
    if (keys_fit && this.#table.used_bytes + bytes <= capacity_bytes) return "room";
    if (bytes > capacity_bytes) return "full";
    if (keys > keys_limit) return "too_many_keys";
    const will_fit = this.#evictDownTo(capacity_bytes - bytes, keys_limit - keys, now_ns);
    if (will_fit || this.#mayEvictLater()) return "wait";
    return keys_fit ? "full" : "too_many_keys";
  }

  enforceWatermark(now_ns: number): void {
    const { capacity_bytes, high_watermark_ratio, low_watermark_ratio } = this.#config;
    const staying_bytes = this.#table.used_bytes - this.#table.leaving_bytes;
    if (staying_bytes > high_watermark_ratio * capacity_bytes) {
      this.#evictDownTo(low_watermark_ratio * capacity_bytes, Number.POSITIVE_INFINITY, now_ns);
    }
  }

  /** Tells the master, then removes. A bucket without keys needs no telling. */
  evict(bucket: DiskBucket, now_ns: number): void {
    const keys = [...bucket.items.keys()];
    if (keys.length === 0) {
      this.drain(bucket, now_ns);
      return;
    }
    this.#table.setState(bucket, "telling");
    this.#emit({ type: "notify_disk_evicted", bucket_id: bucket.bucket_id, keys });
  }

  /** The master's answer. When it was not reached, or has lost the segment, the bucket stays and is registered again. */
  told(bucket: DiskBucket, code: number, now_ns: number): void {
    assert(bucket.state === "telling", "the master answers what it was told");
    if (code !== 0 && bucket.doomed === "no") {
      this.#table.setState(bucket, "registering");
      bucket.retry_notify = true;
      return;
    }
    this.evicted_buckets++;
    this.evicted_keys += bucket.items.size;
    this.drain(bucket, now_ns);
  }

  /** No new reads; the file goes with the last running one. */
  drain(bucket: DiskBucket, now_ns: number): void {
    this.#table.forgetKeys(bucket);
    this.#table.setState(bucket, "draining");
    bucket.drain_until_ns = now_ns + msToNs(DRAIN_TIMEOUT_MS);
    this.deleteDrained(bucket, now_ns);
  }

  deleteDrained(bucket: DiskBucket, now_ns: number): void {
    if (bucket.state !== "draining") return;
    if (bucket.running_reads === 0 || now_ns >= bucket.drain_until_ns) this.deleteFile(bucket);
  }

  deleteFile(bucket: DiskBucket): void {
    this.#table.setState(bucket, "deleting");
    this.#emit({ type: "delete_bucket", bucket_id: bucket.bucket_id });
  }

  tick(now_ns: number): void {
    for (const bucket of this.#table.unsettled()) this.deleteDrained(bucket, now_ns);
  }

  /** Starts evictions until at most `limit_bytes` and `limit_keys` will stay; false when too little may go. */
  #evictDownTo(limit_bytes: number, limit_keys: number, now_ns: number): boolean {
    let staying_bytes = this.#table.used_bytes - this.#table.leaving_bytes;
    let staying_keys = this.#table.key_count - this.#leavingKeys();
    while (staying_bytes > limit_bytes || staying_keys > limit_keys) {
      const victim = this.#victim();
      if (victim === undefined) return false;
      staying_bytes -= victim.file_bytes;
      staying_keys -= victim.items.size;
      this.evict(victim, now_ns);
    }
    return true;
  }

  /** Keys of buckets whose end the master is being told; later ones have none left. */
  #leavingKeys(): number {
    let keys = 0;
    for (const bucket of this.#table.unsettled()) if (bucket.state === "telling") keys += bucket.items.size;
    return keys;
  }

  #mayEvictLater(): boolean {
    if (this.#config.bucket_eviction === "none") return false;
    return [...this.#table.unsettled()].some(({ state }) => state === "writing" || state === "registering");
  }

  /** The oldest bucket (fifo), or the one whose last read is longest ago, never-read ones first (lru). */
  #victim(): DiskBucket | undefined {
    if (this.#config.bucket_eviction === "none") return undefined;
    let victim: DiskBucket | undefined;
    for (const bucket of this.#table.values()) {
      if (bucket.state !== "live") continue;
      if (victim === undefined) victim = bucket;
      else if (this.#config.bucket_eviction === "lru" && bucket.last_read_ns < victim.last_read_ns) {
        victim = bucket;
      }
    }
    return victim;
  }
}
