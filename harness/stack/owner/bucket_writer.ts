// Writes bucket files by the native data plane. Objects are gathered from the segment into an aligned buffer and written from
// there, so that objects of any size lie at multiples of 4096 in the file; each one's CRC32C is taken on the way.

import type { DataPlane, DiskFile, Op, OpResult, Region } from "../../../native/ffi/data_plane.ts";
import type { BucketWriteItem } from "../../core/tier/disk_tier_api.ts";
import { present } from "../../domain/assert.ts";
import { describeStoreCode, STORE_CODE } from "../../domain/store_error.ts";
import { MIB } from "../../domain/units.ts";
import { bucketPath, deleteBucket, fileEnd, sealBucket } from "./bucket_files.ts";

export interface BucketWriterParts {
  readonly plane: DataPlane;
  readonly disk_path: string;
  /** The owner's segment: where objects are written from. */
  readonly segment: Region;
  /** Holds at least the largest object. */
  readonly write_buffer: Region;
  readonly onDiskError: (line: string) => void;
}

export interface WrittenBucket {
  readonly code: number;
  /** [items]; empty when code is not 0. */
  readonly crc32c: readonly number[];
}

/** Pieces of one write that are under way together. */
const WRITE_PIECE_BYTES: number = MIB;

export class BucketWriter {
  readonly #parts: BucketWriterParts;
  /** Buckets are written one after another: they share the write buffer. */
  #last_write: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(parts: BucketWriterParts) {
    this.#parts = parts;
  }

  write(bucket_id: number, items: readonly BucketWriteItem[], file_bytes: number): Promise<WrittenBucket> {
    const written = this.#last_write.then(() => this.#write(bucket_id, items, file_bytes));
    this.#last_write = written;
    return written;
  }

  /** Writes that wait or are under way end with FILE_WRITE_FAIL, at their next chunk. */
  stop(): void {
    this.#stopped = true;
  }

  async #write(
    bucket_id: number,
    items: readonly BucketWriteItem[],
    file_bytes: number,
  ): Promise<WrittenBucket> {
    const { plane, disk_path, onDiskError } = this.#parts;
    const file = plane.openFile(bucketPath(disk_path, bucket_id), "create", file_bytes);
    if (!file.ok) {
      onDiskError(`create bucket ${bucket_id}: ${file.error.code}: ${file.error.detail}`);
      await deleteBucket(disk_path, bucket_id, onDiskError);
      const is_full = file.error.code === "no_space";
      return { code: is_full ? STORE_CODE.FILE_WRITE_FAIL : STORE_CODE.FILE_OPEN_FAIL, crc32c: [] };
    }
    const crc32c: number[] = [];
    let code: number = STORE_CODE.OK;
    for (const chunk of this.#chunks(items)) {
      code = this.#stopped ? STORE_CODE.FILE_WRITE_FAIL : await this.#writeChunk(file.value, chunk, crc32c);
      if (code !== STORE_CODE.OK) break;
    }
    plane.closeFile(file.value);
    if (code === STORE_CODE.OK) code = await this.#seal(bucket_id, items, file_bytes, crc32c);
    if (code === STORE_CODE.OK) return { code, crc32c };
    onDiskError(`write bucket ${bucket_id}: ${describeStoreCode(code)}`);
    await deleteBucket(disk_path, bucket_id, onDiskError);
    return { code, crc32c: [] };
  }

  /** Runs of items that fit the write buffer; an item that does not fit stands alone and fails. */
  #chunks(items: readonly BucketWriteItem[]): BucketWriteItem[][] {
    const chunks: BucketWriteItem[][] = [];
    let open: BucketWriteItem[] = [];
    for (const item of items) {
      const start = open[0]?.file_offset ?? item.file_offset;
      if (open.length > 0 && fileEnd(item) - start > this.#parts.write_buffer.bytes) {
        chunks.push(open);
        open = [];
      }
      open.push(item);
    }
    if (open.length > 0) chunks.push(open);
    return chunks;
  }

  async #writeChunk(file: DiskFile, chunk: readonly BucketWriteItem[], crc32c: number[]): Promise<number> {
    const { plane, segment, write_buffer } = this.#parts;
    const start = present(chunk[0], "a chunk has an item").file_offset;
    const end = fileEnd(present(chunk.at(-1), "a chunk has an item"));
    if (end - start > write_buffer.bytes) return STORE_CODE.FILE_WRITE_FAIL;
    const gathered = await plane.submit(
      chunk.map((item) => ({
        kind: "copy",
        from: segment,
        from_offset: item.segment_offset,
        to: write_buffer,
        to_offset: item.file_offset - start,
        bytes: item.bytes,
        verify: null,
        earliest_done_ns: 0,
      })),
    );
    if (!gathered.every(isOk)) return STORE_CODE.TRANSFER_FAIL;
    const sums: Op[] = chunk.map((item) => ({
      kind: "crc32c",
      region: write_buffer,
      offset: item.file_offset - start,
      bytes: item.bytes,
    }));
    const results = await plane.submit([...sums, ...this.#writeOps(file, start, end - start)]);
    for (const result of results.slice(0, sums.length)) crc32c.push(result.value);
    return results.every(isOk) ? STORE_CODE.OK : STORE_CODE.FILE_WRITE_FAIL;
  }

  #writeOps(file: DiskFile, file_offset: number, bytes: number): Op[] {
    const ops: Op[] = [];
    for (let offset = 0; offset < bytes; offset += WRITE_PIECE_BYTES) {
      ops.push({
        kind: "file_write",
        file,
        file_offset: file_offset + offset,
        region: this.#parts.write_buffer,
        offset,
        bytes: Math.min(WRITE_PIECE_BYTES, bytes - offset),
      });
    }
    return ops;
  }

  async #seal(
    bucket_id: number,
    items: readonly BucketWriteItem[],
    file_bytes: number,
    crc32c: readonly number[],
  ): Promise<number> {
    const listed = items.map(({ key, file_offset, bytes }, i) => {
      return { key, file_offset, bytes, crc32c: present(crc32c[i], "every item was summed") };
    });
    const { disk_path, onDiskError } = this.#parts;
    const problem = await sealBucket(disk_path, { bucket_id, file_bytes, items: listed });
    if (problem === null) return STORE_CODE.OK;
    onDiskError(`seal bucket ${bucket_id}: ${problem}`);
    return STORE_CODE.FILE_WRITE_FAIL;
  }
}

function isOk(result: OpResult): boolean {
  return result.code === "ok";
}
