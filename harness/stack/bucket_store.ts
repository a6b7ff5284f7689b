// Writes and reads of bucket files by the native data plane. A write gathers objects from the segment into an aligned buffer
// and writes that, so that objects of any size lie at multiples of 4096 in the file; a read goes straight into the staging
// buffer. Every object's CRC32C is kept at the write and compared at the read: what the disk lost is not handed out.

import type { DataPlane, DiskFile, Op, OpResult, Region } from "../../native/ffi/data_plane.ts";
import { type BucketWriteItem, DISK_ALIGN_BYTES, type ReadItem } from "../core/tier/disk_tier_api.ts";
import { present } from "../domain/assert.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { MIB, NS_PER_US } from "../domain/units.ts";
import { bucketPath, deleteBucket, sealBucket } from "./bucket_files.ts";
import type { Log } from "./process_config.ts";

export interface BucketStoreParts {
  readonly plane: DataPlane;
  readonly disk_path: string;
  /** The owner's segment: where objects are written from. */
  readonly segment: Region;
  /** Where objects are read to. */
  readonly staging: Region;
  /** Gathers objects of a bucket; holds at least the largest object. */
  readonly write_buffer: Region;
  readonly log: Log;
}

export interface WrittenBucket {
  readonly code: number;
  /** [items]; empty when code is not 0. */
  readonly crc32c: readonly number[];
}

/** Pieces of one write that are under way together. */
const WRITE_PIECE_BYTES: number = MIB;

/** Of `count` reads (batches of one requester) or writes (whole buckets). */
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
  /** Buckets are written one after another: they share the write buffer. */
  #last_write: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(parts: BucketStoreParts) {
    this.#parts = parts;
  }

  write(bucket_id: number, items: readonly BucketWriteItem[], file_bytes: number): Promise<WrittenBucket> {
    const written = this.#last_write.then(() =>
      this.#timed(this.write_latency, this.#write(bucket_id, items, file_bytes)),
    );
    this.#last_write = written;
    return written;
  }

  /** [items]: 0 or a negative code. */
  read(items: readonly ReadItem[]): Promise<readonly number[]> {
    return this.#timed(this.read_latency, this.#read(items));
  }

  async delete(bucket_id: number): Promise<void> {
    try {
      await deleteBucket(this.#parts.disk_path, bucket_id);
    } catch (error) {
      this.#count(`delete bucket ${bucket_id}: ${describe(error)}`);
    }
  }

  /** Writes that wait or are under way end with FILE_WRITE_FAIL, at their next chunk. */
  stop(): void {
    this.#stopped = true;
  }

  async #read(items: readonly ReadItem[]): Promise<readonly number[]> {
    const { plane } = this.#parts;
    const files = this.#openForRead(items);
    const readable = items.filter((item) => files.has(item.bucket_id));
    const codes = new Map<ReadItem, number>();
    const results = await plane.submit(readable.map((item) => this.#readOp(item, files)));
    const sums = await plane.submit(readable.map((item) => this.#sumOp(item.staging_offset, item.bytes)));
    for (const file of files.values()) plane.closeFile(file);
    readable.forEach((item, i) => {
      codes.set(item, this.#readCode(item, results[i], sums[i]));
    });
    return items.map((item) => codes.get(item) ?? STORE_CODE.FILE_OPEN_FAIL);
  }

  async #write(
    bucket_id: number,
    items: readonly BucketWriteItem[],
    file_bytes: number,
  ): Promise<WrittenBucket> {
    const { plane, disk_path } = this.#parts;
    const file = plane.openFile(bucketPath(disk_path, bucket_id), "create", file_bytes);
    if (!file.ok) {
      this.#count(`create bucket ${bucket_id}: ${file.error.code}: ${file.error.detail}`);
      await this.delete(bucket_id);
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
    this.#count(`write bucket ${bucket_id}: code ${code}`);
    await this.delete(bucket_id);
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
    try {
      await sealBucket(this.#parts.disk_path, { bucket_id, file_bytes, items: listed });
      return STORE_CODE.OK;
    } catch (error) {
      this.#parts.log(`seal bucket ${bucket_id}: ${describe(error)}`);
      return STORE_CODE.FILE_WRITE_FAIL;
    }
  }

  #openForRead(items: readonly ReadItem[]): Map<number, DiskFile> {
    const { plane, disk_path } = this.#parts;
    const files = new Map<number, DiskFile>();
    for (const bucket_id of new Set(items.map((item) => item.bucket_id))) {
      const end = Math.max(...items.filter((item) => item.bucket_id === bucket_id).map(fileEnd));
      const file = plane.openFile(bucketPath(disk_path, bucket_id), "read", end);
      if (file.ok) files.set(bucket_id, file.value);
      else this.#count(`open bucket ${bucket_id}: ${file.error.code}: ${file.error.detail}`);
    }
    return files;
  }

  #readOp(item: ReadItem, files: ReadonlyMap<number, DiskFile>): Op {
    return {
      kind: "file_read",
      file: present(files.get(item.bucket_id), "the item's file is open"),
      file_offset: item.file_offset,
      region: this.#parts.staging,
      offset: item.staging_offset,
      bytes: alignUp(item.bytes),
    };
  }

  #sumOp(offset: number, bytes: number): Op {
    return { kind: "crc32c", region: this.#parts.staging, offset, bytes };
  }

  #readCode(item: ReadItem, read: OpResult | undefined, sum: OpResult | undefined): number {
    if (read?.code === "ok" && sum?.code === "ok" && sum.value === item.crc32c) return STORE_CODE.OK;
    this.#count(`read ${item.key} of bucket ${item.bucket_id}: ${read?.code} ${read?.value}`);
    return read?.code === "ok" ? STORE_CODE.CHECKSUM_MISMATCH : STORE_CODE.FILE_READ_FAIL;
  }

  async #timed<T>(latency: LatencySum, work: Promise<T>): Promise<T> {
    const { plane } = this.#parts;
    const start_ns = plane.now_ns();
    const result = await work;
    latency.count += 1;
    latency.sum_us += Math.round((plane.now_ns() - start_ns) / NS_PER_US);
    return result;
  }

  #count(line: string): void {
    this.disk_errors += 1;
    this.#parts.log(line);
  }
}

function fileEnd(item: { readonly file_offset: number; readonly bytes: number }): number {
  return item.file_offset + alignUp(item.bytes);
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / DISK_ALIGN_BYTES) * DISK_ALIGN_BYTES;
}

function isOk(result: OpResult): boolean {
  return result.code === "ok";
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
