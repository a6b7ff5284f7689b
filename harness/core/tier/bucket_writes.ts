// How tasks become readable buckets: they wait for room, are written, and the master is told of them. What cannot be written is refused,
// so that the master frees the copies it keeps for it.

import { assert } from "../../domain/assert.ts";
import type { OffloadTask } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { BucketRemoval } from "./bucket_removal.ts";
import type { BucketTable } from "./bucket_table.ts";
import { alignUp, type DiskBucket, type IndexedItem, newBucket } from "./disk_bucket.ts";
import type { BucketListing, BucketWriteItem, DiskTierEffect } from "./disk_tier_api.ts";
import type { LostKeys } from "./lost_keys.ts";

/** Codes that say the master did not take part. */
const NOT_REACHED: ReadonlySet<number> = new Set([
  STORE_CODE.RPC_FAIL,
  STORE_CODE.RPC_TIMEOUT,
  STORE_CODE.SEGMENT_NOT_FOUND,
]);

export class BucketWrites {
  written_buckets = 0;
  written_keys = 0;
  written_bytes = 0;
  refused_keys = 0;
  readonly #table: BucketTable;
  readonly #removal: BucketRemoval;
  readonly #lost: LostKeys;
  readonly #emit: (effect: DiskTierEffect) => void;
  /** Groups that wait for room, in order. */
  #groups: OffloadTask[][] = [];
  #next_bucket_id = 1;

  constructor(
    table: BucketTable,
    removal: BucketRemoval,
    lost: LostKeys,
    emit: (effect: DiskTierEffect) => void,
  ) {
    this.#table = table;
    this.#removal = removal;
    this.#lost = lost;
    this.#emit = emit;
  }

  get waiting_count(): number {
    return this.#groups.reduce((count, group) => count + group.length, 0);
  }

  add(groups: readonly OffloadTask[][], now_ns: number): void {
    this.#groups.push(...groups);
    this.writeWhatFits(now_ns);
  }

  /** To be called whenever room may have appeared. */
  writeWhatFits(now_ns: number): void {
    for (let group = this.#groups[0]; group !== undefined; group = this.#groups[0]) {
      const room = this.#removal.makeRoom(fileBytesOf(group), group.length, now_ns);
      if (room === "wait") return;
      this.#groups.shift();
      if (room === "room") this.#write(group);
      else this.refuse(group, room === "full" ? STORE_CODE.FILE_WRITE_FAIL : STORE_CODE.KEYS_ULTRA_LIMIT);
    }
  }

  refuse(tasks: readonly OffloadTask[], code: number): void {
    if (tasks.length === 0) return;
    this.refused_keys += tasks.length;
    const results = tasks.map(({ key, bytes }) => ({ key, bytes, code }));
    this.#emit({ type: "notify_offloaded", bucket_id: null, results });
  }

  /** Gives back the tasks that wait for room and forgets them. */
  takeWaiting(): OffloadTask[] {
    const tasks = this.#groups.flat();
    this.#groups = [];
    return tasks;
  }

  written(bucket: DiskBucket, code: number, crc32c: readonly number[]): void {
    assert(bucket.state === "writing", "a bucket is written once");
    const items = [...bucket.items.values()];
    const failed = bucket.doomed === "no" ? code : STORE_CODE.OBJECT_NOT_FOUND;
    if (failed !== STORE_CODE.OK) {
      if (bucket.doomed !== "forgotten") this.#refuseItems(items, failed);
      this.#removal.deleteFile(bucket);
      return;
    }
    assert(crc32c.length === items.length, "a written bucket has a checksum for every item");
    this.written_buckets++;
    this.written_keys += items.length;
    this.written_bytes += bucket.file_bytes;
    this.#table.publish(
      bucket,
      items.map((item, i) => ({ ...item, crc32c: crc32c[i] ?? 0 })),
    );
    this.#lost.forget(bucket.items.keys());
    this.register(bucket);
  }

  /** Tells the master of the bucket's keys. */
  register(bucket: DiskBucket): void {
    this.#table.setState(bucket, "registering");
    bucket.retry_notify = false;
    const results = [...bucket.items.values()].map(({ key, bytes }) => ({ key, bytes, code: STORE_CODE.OK }));
    bucket.told_keys = [...bucket.items.keys()];
    this.#emit({ type: "notify_offloaded", bucket_id: bucket.bucket_id, results });
  }

  /** The master's answer, in the order of the keys told. Keys it does not want are dead bytes. */
  registered(bucket: DiskBucket, codes: readonly number[], now_ns: number): void {
    assert(bucket.state === "registering", "the master answers a bucket that registers");
    if (codes.length > 0 && NOT_REACHED.has(codes[0] ?? 0)) {
      bucket.retry_notify = true;
      if (bucket.doomed !== "no") this.#removal.drain(bucket, now_ns);
      return;
    }
    for (const [i, key] of bucket.told_keys.entries()) {
      if (codes[i] !== STORE_CODE.OK) this.#table.forgetKey(bucket, key);
    }
    this.#table.setState(bucket, "live");
    if (bucket.doomed !== "no" || bucket.items.size === 0) this.#removal.evict(bucket, now_ns);
  }

  /** After a restart: buckets found on disk, ascending bucket_id. A key in two of them is read from the later. */
  recover(listings: readonly BucketListing[]): void {
    for (const { bucket_id, file_bytes, items } of listings) {
      assert(bucket_id >= this.#next_bucket_id, "recovered buckets come first and in ascending order");
      this.#next_bucket_id = bucket_id + 1;
      const bucket = newBucket(bucket_id, file_bytes, []);
      this.#table.add(bucket);
      this.#table.publish(bucket, items);
    }
    for (const bucket of this.#table.values()) this.register(bucket);
  }

  #write(tasks: readonly OffloadTask[]): void {
    const items: BucketWriteItem[] = [];
    let file_bytes = 0;
    for (const { key, offset, bytes } of tasks) {
      items.push({ key, segment_offset: offset, file_offset: file_bytes, bytes });
      file_bytes += alignUp(bytes);
    }
    const indexed = items.map(({ key, file_offset, bytes }) => ({ key, file_offset, bytes, crc32c: 0 }));
    const bucket = newBucket(this.#next_bucket_id++, file_bytes, indexed);
    this.#table.add(bucket);
    this.#emit({ type: "write_bucket", bucket_id: bucket.bucket_id, items, file_bytes });
  }

  #refuseItems(items: readonly IndexedItem[], code: number): void {
    this.refuse(
      items.map(({ key, bytes }) => ({ key, bytes, offset: 0 })),
      code,
    );
  }
}

function fileBytesOf(tasks: readonly OffloadTask[]): number {
  return tasks.reduce((sum, task) => sum + alignUp(task.bytes), 0);
}
