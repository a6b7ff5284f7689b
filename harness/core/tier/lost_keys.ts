// Objects that the disk has given back with another checksum. Nobody is sent to them again: they leave the index at once, and the master
// is told until it has heard of it.

import type { ObjectKey } from "../../domain/object_key.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { BucketRemoval } from "./bucket_removal.ts";
import type { BucketTable } from "./bucket_table.ts";
import type { DiskBucket } from "./disk_bucket.ts";
import type { DiskTierEffect, ReadItem } from "./disk_tier_api.ts";

export class LostKeys {
  lost_count = 0;
  readonly #table: BucketTable;
  readonly #removal: BucketRemoval;
  readonly #emit: (effect: DiskTierEffect) => void;
  readonly #untold = new Set<ObjectKey>();

  constructor(table: BucketTable, removal: BucketRemoval, emit: (effect: DiskTierEffect) => void) {
    this.#table = table;
    this.#removal = removal;
    this.#emit = emit;
  }

  /** What a read of the bucket found damaged. A key that has been written to another bucket meanwhile is not lost. */
  found(bucket: DiskBucket, items: readonly ReadItem[], now_ns: number): void {
    const keys: ObjectKey[] = [];
    for (const { key, file_offset } of items) {
      if (bucket.items.get(key)?.file_offset !== file_offset) continue;
      this.#table.forgetKey(bucket, key);
      this.#untold.add(key);
      keys.push(key);
    }
    if (keys.length === 0) return;
    this.lost_count += keys.length;
    this.#emit({ type: "notify_lost", keys });
    if (bucket.state === "live" && bucket.items.size === 0) this.#removal.evict(bucket, now_ns);
  }

  /** The master's answer; what it did not hear is told again with the next heartbeat. */
  told(keys: readonly ObjectKey[], code: number): void {
    if (code === STORE_CODE.OK) this.forget(keys);
  }

  tellAgain(): void {
    if (this.#untold.size > 0) this.#emit({ type: "notify_lost", keys: [...this.#untold] });
  }

  /** The keys are on disk anew, or the master has forgotten everything. */
  forget(keys: Iterable<ObjectKey>): void {
    for (const key of keys) this.#untold.delete(key);
  }

  forgetAll(): void {
    this.#untold.clear();
  }
}
