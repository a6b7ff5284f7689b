// Names of a disk tier's files, `<bucket_id>.bucket` and `<bucket_id>.meta`, and the few things done to them that move no KV.

import { open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BucketItem, type BucketListing, DISK_ALIGN_BYTES } from "../../core/tier/disk_tier_api.ts";
import type { Log } from "../process_config.ts";
import { formatBucketMeta, parseBucketMeta } from "./bucket_meta.ts";

export function bucketPath(disk_path: string, bucket_id: number): string {
  return join(disk_path, `${bucket_id}.bucket`);
}

function metaPath(disk_path: string, bucket_id: number): string {
  return join(disk_path, `${bucket_id}.meta`);
}

/** Bytes that an object takes in the file and in the staging buffer. */
export function alignToPage(bytes: number): number {
  return Math.ceil(bytes / DISK_ALIGN_BYTES) * DISK_ALIGN_BYTES;
}

/** Where the item's last page ends in the file. */
export function fileEnd(item: Pick<BucketItem, "file_offset" | "bytes">): number {
  return item.file_offset + alignToPage(item.bytes);
}

/** Makes a written bucket durable: data first, then the metadata file under its final name. Null, or what the disk says. */
export async function sealBucket(disk_path: string, bucket: BucketListing): Promise<string | null> {
  const path = metaPath(disk_path, bucket.bucket_id);
  const unfinished = `${path}.tmp`;
  try {
    await sync(bucketPath(disk_path, bucket.bucket_id));
    await writeFile(unfinished, formatBucketMeta(bucket));
    await sync(unfinished);
    await rename(unfinished, path);
    return null;
  } catch (error) {
    return describe(error);
  }
}

/** Metadata first: what is left by a crash in between is a torn bucket, not a listed one. */
export async function deleteBucket(
  disk_path: string,
  bucket_id: number,
  onDiskError: (line: string) => void,
): Promise<void> {
  const meta = metaPath(disk_path, bucket_id);
  try {
    for (const path of [meta, `${meta}.tmp`, bucketPath(disk_path, bucket_id)])
      await rm(path, { force: true });
  } catch (error) {
    onDiskError(`delete bucket ${bucket_id}: ${describe(error)}`);
  }
}

/** Buckets found after a restart, ascending. Torn ones are deleted; files that are no bucket's are left alone. */
export async function scanBuckets(disk_path: string, log: Log): Promise<readonly BucketListing[]> {
  const names = await readdir(disk_path);
  const ids = new Set<number>();
  for (const name of names) {
    const id = /^(\d{1,15})\.(bucket|meta|meta\.tmp)$/.exec(name)?.[1];
    if (id !== undefined) ids.add(Number(id));
  }
  const buckets: BucketListing[] = [];
  for (const bucket_id of [...ids].sort((a, b) => a - b)) {
    const found = await readBucket(disk_path, bucket_id);
    if (typeof found !== "string") {
      buckets.push(found);
      continue;
    }
    log(`${bucketPath(disk_path, bucket_id)}: torn, deleted: ${found}`);
    await deleteBucket(disk_path, bucket_id, log);
  }
  return buckets;
}

/** The bucket's listing, or why it cannot be used. */
async function readBucket(disk_path: string, bucket_id: number): Promise<BucketListing | string> {
  try {
    const meta = parseBucketMeta(await readFile(metaPath(disk_path, bucket_id), "utf8"), bucket_id);
    if (!meta.ok) return `its metadata ${meta.error}`;
    const { size } = await stat(bucketPath(disk_path, bucket_id));
    if (size === meta.value.file_bytes) return meta.value;
    return `its metadata says ${meta.value.file_bytes} bytes, the file has ${size}`;
  } catch (error) {
    return describe(error);
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
