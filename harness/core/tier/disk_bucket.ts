import type { ObjectKey } from "../../domain/object_key.ts";
import { type BucketItem, DISK_ALIGN_BYTES } from "./disk_tier_api.ts";

/**
 * writing: the file is being made. registering: the master is being told of its keys. live: readable.
 * telling: the master is being told that it goes, still readable. draining: waits for its last reads. deleting: the file is going.
 */
export type BucketState = "writing" | "registering" | "live" | "telling" | "draining" | "deleting";

export interface IndexedItem extends BucketItem {
  readonly crc32c: number;
}

/** One bucket file of an owner. */
export interface DiskBucket {
  readonly bucket_id: number;
  readonly file_bytes: number;
  /** While writing: what the file will hold. After: the keys that readers may still find here. */
  readonly items: Map<ObjectKey, IndexedItem>;
  state: BucketState;
  /** Its contents are not wanted any more; it goes as soon as its state allows. forgotten: the master does not know the tasks either. */
  doomed: "no" | "wiped" | "forgotten";
  /** What the master is being told of: its codes are in this order. */
  told_keys: readonly ObjectKey[];
  /** registering, and the master was not reached: tell it again. */
  retry_notify: boolean;
  /** Reads of it that the disk is working on. */
  running_reads: number;
  /** 0: never read. */
  last_read_ns: number;
  drain_until_ns: number;
}

export function newBucket(bucket_id: number, file_bytes: number, items: readonly IndexedItem[]): DiskBucket {
  return {
    bucket_id,
    file_bytes,
    items: new Map(items.map((item) => [item.key, item])),
    state: "writing",
    doomed: "no",
    told_keys: [],
    retry_notify: false,
    running_reads: 0,
    last_read_ns: 0,
    drain_until_ns: 0,
  };
}

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / DISK_ALIGN_BYTES) * DISK_ALIGN_BYTES;
}
