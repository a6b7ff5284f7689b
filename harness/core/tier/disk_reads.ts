// Reads from buckets into the staging buffer. All keys of a read get their slots or none does: a requester that asked for more than
// there is room for sees BUFFER_OVERFLOW for each, and has to split.

import { present } from "../../domain/assert.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { msToNs } from "../../domain/units.ts";
import type { BucketRemoval } from "./bucket_removal.ts";
import type { BucketTable } from "./bucket_table.ts";
import type { DiskBucket, IndexedItem } from "./disk_bucket.ts";
import { type DiskTierEffect, type ReadItem, STAGING_LEASE_MS, type StagedObject } from "./disk_tier_api.ts";
import type { LostKeys } from "./lost_keys.ts";
import { StagingBuffer } from "./staging_buffer.ts";

type ReadReply = Extract<DiskTierEffect, { readonly type: "read_reply" }>;

interface RunningRead {
  /** [items] */
  readonly buckets: readonly DiskBucket[];
  readonly items: readonly ReadItem[];
  /** [keys asked]: index into items, or null when the key is not on this disk. */
  readonly item_of_key: readonly (number | null)[];
}

export class DiskReads {
  read_keys = 0;
  read_bytes = 0;
  missed_keys = 0;
  readonly staging: StagingBuffer;
  readonly #table: BucketTable;
  readonly #removal: BucketRemoval;
  readonly #lost: LostKeys;
  readonly #emit: (effect: DiskTierEffect) => void;
  readonly #onReply: (reply: ReadReply) => void;
  readonly #running = new Map<number, RunningRead>();

  constructor(
    staging_bytes: number,
    table: BucketTable,
    removal: BucketRemoval,
    lost: LostKeys,
    emit: (effect: DiskTierEffect) => void,
    onReply: (reply: ReadReply) => void,
  ) {
    this.staging = new StagingBuffer(staging_bytes);
    this.#table = table;
    this.#removal = removal;
    this.#lost = lost;
    this.#emit = emit;
    this.#onReply = onReply;
  }

  request(read_id: number, keys: readonly ObjectKey[], now_ns: number): void {
    const places = keys.map((key) => this.#table.find(key));
    const found = places.filter((place) => place !== undefined);
    this.missed_keys += keys.length - found.length;
    const offsets = this.staging.reserve(
      read_id,
      found.map(({ item }) => item.bytes),
    );
    if (offsets === null || found.length === 0) {
      this.staging.release(read_id);
      const objects = places.map((place) =>
        refused(place === undefined ? STORE_CODE.OBJECT_NOT_FOUND : STORE_CODE.BUFFER_OVERFLOW),
      );
      this.#onReply({ type: "read_reply", read_id, objects, expires_ns: now_ns });
      return;
    }
    let next_item = 0;
    const item_of_key = places.map((place) => (place === undefined ? null : next_item++));
    const items = found.map(({ bucket, item }, i) => readItem(bucket, item, offsets[i]));
    for (const { bucket } of found) {
      bucket.running_reads++;
      bucket.last_read_ns = now_ns;
    }
    this.#running.set(read_id, { buckets: found.map(({ bucket }) => bucket), items, item_of_key });
    this.#emit({ type: "read", read_id, items });
  }

  done(read_id: number, codes: readonly number[], now_ns: number): void {
    const read = present(this.#running.get(read_id), "a read that ends was running");
    this.#running.delete(read_id);
    const expires_ns = now_ns + msToNs(STAGING_LEASE_MS);
    this.staging.lease(read_id, expires_ns);
    const objects = read.item_of_key.map((i) => this.#staged(read, i, codes));
    this.#onReply({ type: "read_reply", read_id, objects, expires_ns });
    this.#reportLost(read, codes, now_ns);
    for (const bucket of read.buckets) {
      bucket.running_reads--;
      this.#removal.deleteDrained(bucket, now_ns);
    }
  }

  #reportLost(read: RunningRead, codes: readonly number[], now_ns: number): void {
    const damaged = new Map<DiskBucket, ReadItem[]>();
    for (const [i, item] of read.items.entries()) {
      if (codes[i] !== STORE_CODE.CHECKSUM_MISMATCH) continue;
      const bucket = present(read.buckets[i], "every item has its bucket");
      damaged.set(bucket, [...(damaged.get(bucket) ?? []), item]);
    }
    for (const [bucket, items] of damaged) this.#lost.found(bucket, items, now_ns);
  }

  #staged(read: RunningRead, item_index: number | null, codes: readonly number[]): StagedObject {
    if (item_index === null) return refused(STORE_CODE.OBJECT_NOT_FOUND);
    const item = present(read.items[item_index], "every found key has an item");
    const code = present(codes[item_index], "every item of a read has a code");
    if (code !== STORE_CODE.OK) return refused(code);
    this.read_keys++;
    this.read_bytes += item.bytes;
    return { code, staging_offset: item.staging_offset, bytes: item.bytes };
  }
}

function readItem(bucket: DiskBucket, item: IndexedItem, staging_offset: number | undefined): ReadItem {
  return {
    ...item,
    bucket_id: bucket.bucket_id,
    staging_offset: present(staging_offset, "every found key has a slot"),
  };
}

function refused(code: number): StagedObject {
  return { code, staging_offset: 0, bytes: 0 };
}
