// The bucket files of one disk tier: written, read and deleted, with what the owner's metrics say of them.

import type { BucketWriteItem, PromotionCopy, ReadItem } from "../../core/tier/disk_tier_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { NS_PER_US } from "../../domain/units.ts";
import type { Log } from "../process_config.ts";
import { deleteBucket } from "./bucket_files.ts";
import { BucketReader, type BucketReaderParts } from "./bucket_reader.ts";
import { BucketWriter, type BucketWriterParts, type WrittenBucket } from "./bucket_writer.ts";

export interface BucketStoreParts extends Omit<BucketReaderParts & BucketWriterParts, "onDiskError"> {
  readonly log: Log;
}

/** Of `count` reads (batches of one requester) or writes (whole buckets, their wait for each other included). */
export interface LatencySum {
  count: number;
  sum_us: number;
}

export class BucketStore {
  /** Files that could not be opened, written or read, and objects whose checksum did not match. */
  disk_errors = 0;
  readonly read_latency: LatencySum = { count: 0, sum_us: 0 };
  readonly write_latency: LatencySum = { count: 0, sum_us: 0 };
  readonly #parts: BucketStoreParts;
  readonly #writer: BucketWriter;
  readonly #reader: BucketReader;

  constructor(parts: BucketStoreParts) {
    this.#parts = parts;
    this.#writer = new BucketWriter({ ...parts, onDiskError: this.#onDiskError });
    this.#reader = new BucketReader({ ...parts, onDiskError: this.#onDiskError });
  }

  write(bucket_id: number, items: readonly BucketWriteItem[], file_bytes: number): Promise<WrittenBucket> {
    return this.#timed(this.write_latency, this.#writer.write(bucket_id, items, file_bytes));
  }

  /** [items]: 0 or a negative code. */
  read(items: readonly ReadItem[]): Promise<readonly number[]> {
    return this.#timed(this.read_latency, this.#reader.read(items));
  }

  /** Staged objects to where the master wants them. 0, or TRANSFER_FAIL when a copy failed. */
  async copyToSegment(copies: readonly PromotionCopy[]): Promise<number> {
    const { plane, staging, segment } = this.#parts;
    const results = await plane.submit(
      copies.map(({ staging_offset, segment_offset, bytes }) => ({
        kind: "copy",
        from: staging,
        from_offset: staging_offset,
        to: segment,
        to_offset: segment_offset,
        bytes,
        verify: null,
        earliest_done_ns: 0,
      })),
    );
    return results.every(({ code }) => code === "ok") ? STORE_CODE.OK : STORE_CODE.TRANSFER_FAIL;
  }

  delete(bucket_id: number): Promise<void> {
    return deleteBucket(this.#parts.disk_path, bucket_id, this.#onDiskError);
  }

  /** Writes that wait or are under way end with FILE_WRITE_FAIL, at their next chunk. */
  stop(): void {
    this.#writer.stop();
  }

  async #timed<T>(latency: LatencySum, work: Promise<T>): Promise<T> {
    const { plane } = this.#parts;
    const start_ns = plane.now_ns();
    const result = await work;
    latency.count += 1;
    latency.sum_us += Math.round((plane.now_ns() - start_ns) / NS_PER_US);
    return result;
  }

  readonly #onDiskError = (line: string): void => {
    this.disk_errors += 1;
    this.#parts.log(line);
  };
}
