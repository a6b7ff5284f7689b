// The buckets of one owner, by id and by key, and what they take on disk.

import { present } from "../../domain/assert.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { BucketState, DiskBucket, IndexedItem } from "./disk_bucket.ts";

export class BucketTable {
  /** Ascending bucket_id. */
  readonly #buckets = new Map<number, DiskBucket>();
  readonly #bucket_of_key = new Map<ObjectKey, DiskBucket>();
  #used_bytes = 0;
  #leaving_bytes = 0;
  readonly #unsettled = new Set<DiskBucket>();

  /** File bytes, buckets being written or deleted included. */
  get used_bytes(): number {
    return this.#used_bytes;
  }

  get bucket_count(): number {
    return this.#buckets.size;
  }

  get key_count(): number {
    return this.#bucket_of_key.size;
  }

  /** File bytes that are on their way out. */
  get leaving_bytes(): number {
    return this.#leaving_bytes;
  }

  /** Buckets that are not simply live, few at any time; in no particular order. */
  unsettled(): SetIterator<DiskBucket> {
    return this.#unsettled.values();
  }

  setState(bucket: DiskBucket, state: BucketState): void {
    if (isLeaving(bucket.state)) this.#leaving_bytes -= bucket.file_bytes;
    if (isLeaving(state)) this.#leaving_bytes += bucket.file_bytes;
    bucket.state = state;
    if (state === "live") this.#unsettled.delete(bucket);
    else this.#unsettled.add(bucket);
  }

  values(): MapIterator<DiskBucket> {
    return this.#buckets.values();
  }

  get(bucket_id: number): DiskBucket {
    return present(this.#buckets.get(bucket_id), "an answer names a bucket that exists");
  }

  /** The bucket that readers of the key are sent to, with its place there. */
  find(key: ObjectKey): { readonly bucket: DiskBucket; readonly item: IndexedItem } | undefined {
    const bucket = this.#bucket_of_key.get(key);
    const item = bucket?.items.get(key);
    return bucket === undefined || item === undefined ? undefined : { bucket, item };
  }

  add(bucket: DiskBucket): void {
    this.#buckets.set(bucket.bucket_id, bucket);
    this.#used_bytes += bucket.file_bytes;
    this.setState(bucket, bucket.state);
  }

  /** The file is written: its keys are found here, and no longer in older buckets, whose copies are dead. */
  publish(bucket: DiskBucket, items: readonly IndexedItem[]): void {
    for (const item of items) {
      this.#bucket_of_key.get(item.key)?.items.delete(item.key);
      bucket.items.set(item.key, item);
      this.#bucket_of_key.set(item.key, bucket);
    }
  }

  forgetKey(bucket: DiskBucket, key: ObjectKey): void {
    bucket.items.delete(key);
    if (this.#bucket_of_key.get(key) === bucket) this.#bucket_of_key.delete(key);
  }

  /** No reader finds the bucket any more. */
  forgetKeys(bucket: DiskBucket): void {
    for (const key of [...bucket.items.keys()]) this.forgetKey(bucket, key);
  }

  /** The file is gone. */
  remove(bucket: DiskBucket): void {
    this.#buckets.delete(bucket.bucket_id);
    this.#used_bytes -= bucket.file_bytes;
    if (isLeaving(bucket.state)) this.#leaving_bytes -= bucket.file_bytes;
    this.#unsettled.delete(bucket);
  }
}

function isLeaving(state: BucketState): boolean {
  return state === "telling" || state === "draining" || state === "deleting";
}
