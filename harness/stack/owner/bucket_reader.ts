// Reads objects of bucket files straight into the staging buffer and compares each one's CRC32C with the one taken at the write:
// what the disk lost is not handed out.

import type { DataPlane, DiskFile, Op, OpResult, Region } from "../../../native/ffi/data_plane.ts";
import type { ReadItem } from "../../core/tier/disk_tier_api.ts";
import { present } from "../../domain/assert.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { alignToPage, bucketPath, fileEnd } from "./bucket_files.ts";

export interface BucketReaderParts {
  readonly plane: DataPlane;
  readonly disk_path: string;
  readonly staging: Region;
  readonly onDiskError: (line: string) => void;
}

export class BucketReader {
  readonly #parts: BucketReaderParts;

  constructor(parts: BucketReaderParts) {
    this.#parts = parts;
  }

  /** [items]: 0 or a negative code. */
  async read(items: readonly ReadItem[]): Promise<readonly number[]> {
    const { plane } = this.#parts;
    const files = this.#openForRead(items);
    const readable = items.filter((item) => files.has(item.bucket_id));
    const codes = new Map<ReadItem, number>();
    const results = await plane.submit(readable.map((item) => this.#readOp(item, files)));
    const sums = await plane.submit(readable.map((item) => this.#sumOp(item)));
    for (const file of files.values()) plane.closeFile(file);
    readable.forEach((item, i) => {
      codes.set(item, this.#readCode(item, results[i], sums[i]));
    });
    return items.map((item) => codes.get(item) ?? STORE_CODE.FILE_OPEN_FAIL);
  }

  #openForRead(items: readonly ReadItem[]): Map<number, DiskFile> {
    const { plane, disk_path, onDiskError } = this.#parts;
    const files = new Map<number, DiskFile>();
    for (const bucket_id of new Set(items.map((item) => item.bucket_id))) {
      const end = Math.max(...items.filter((item) => item.bucket_id === bucket_id).map(fileEnd));
      const file = plane.openFile(bucketPath(disk_path, bucket_id), "read", end);
      if (file.ok) files.set(bucket_id, file.value);
      else onDiskError(`open bucket ${bucket_id}: ${file.error.code}: ${file.error.detail}`);
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
      bytes: alignToPage(item.bytes),
    };
  }

  #sumOp({ staging_offset, bytes }: ReadItem): Op {
    return { kind: "crc32c", region: this.#parts.staging, offset: staging_offset, bytes };
  }

  #readCode(item: ReadItem, read: OpResult | undefined, sum: OpResult | undefined): number {
    if (read?.code === "ok" && sum?.code === "ok" && sum.value === item.crc32c) return STORE_CODE.OK;
    this.#parts.onDiskError(`read ${item.key} of bucket ${item.bucket_id}: ${read?.code} ${read?.value}`);
    return read?.code === "ok" ? STORE_CODE.CHECKSUM_MISMATCH : STORE_CODE.FILE_READ_FAIL;
  }
}
