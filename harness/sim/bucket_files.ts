// The bucket files on a simulated disk. They outlive their owner's process.

import type { BucketListing, BucketWriteItem } from "../core/tier/disk_tier_api.ts";
import { present } from "../domain/assert.ts";
import type { ObjectKey } from "../domain/object_key.ts";

/** What the bytes of one object say. */
export interface ObjectContent {
  readonly hash: number;
  readonly weights_version: number;
}

interface BucketFile {
  readonly listing: BucketListing;
  readonly contents: ReadonlyMap<ObjectKey, ObjectContent>;
}

export class BucketFiles {
  /** Ascending bucket_id. */
  readonly #files = new Map<number, BucketFile>();

  write(
    bucket_id: number,
    file_bytes: number,
    items: readonly BucketWriteItem[],
    contents: readonly ObjectContent[],
  ): void {
    const listed = items.map(({ key, file_offset, bytes }) => ({ key, file_offset, bytes, crc32c: 0 }));
    this.#files.set(bucket_id, {
      listing: { bucket_id, file_bytes, items: listed },
      contents: new Map(items.map(({ key }, i) => [key, present(contents[i], "every item has content")])),
    });
  }

  /** Undefined: the file is gone. */
  read(bucket_id: number, key: ObjectKey): ObjectContent | undefined {
    return this.#files.get(bucket_id)?.contents.get(key);
  }

  delete(bucket_id: number): void {
    this.#files.delete(bucket_id);
  }

  /** As an owner finds them when it starts. */
  list(): BucketListing[] {
    return [...this.#files.values()].map(({ listing }) => listing).sort((a, b) => a.bucket_id - b.bucket_id);
  }
}
