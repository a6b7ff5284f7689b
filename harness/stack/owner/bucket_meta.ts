// The metadata file of a bucket: a line of JSON beside the data, written last, so that a bucket without one is torn, and a line with the
// CRC32 of the first, so that a key or an offset that the disk has damaged is not believed.

import { type BucketListing, DISK_ALIGN_BYTES } from "../../core/tier/disk_tier_api.ts";
import { MAX_KEY_BYTES } from "../../domain/object_key.ts";
import { err, ok, type Result } from "../../domain/result.ts";

const FORMAT_VERSION = 2;

export function formatBucketMeta(bucket: BucketListing): string {
  const json = JSON.stringify({ format_version: FORMAT_VERSION, ...bucket });
  return `${json}\n${checksum(json)}\n`;
}

/** A listing whose items lie inside the file, or what is wrong with the text. */
export function parseBucketMeta(text: string, bucket_id: number): Result<BucketListing, string> {
  const [json = "", sum, end] = text.split("\n");
  if (sum !== checksum(json) || end !== "") return err("has another checksum than its last line says");
  let meta: unknown;
  try {
    meta = JSON.parse(json);
  } catch {
    return err("is not JSON");
  }
  if (!isObject(meta)) return err("is no object");
  if (meta["format_version"] !== FORMAT_VERSION) return err(`format_version: must be ${FORMAT_VERSION}`);
  if (meta["bucket_id"] !== bucket_id) return err(`bucket_id: must be ${bucket_id}, as in the file's name`);
  const { file_bytes, items } = meta;
  if (!isCount(file_bytes) || file_bytes % DISK_ALIGN_BYTES !== 0) {
    return err(`file_bytes: must be a multiple of ${DISK_ALIGN_BYTES}`);
  }
  if (!Array.isArray(items)) return err("items: must be a list");
  const checked: BucketListing["items"][number][] = [];
  for (const [i, item] of items.entries()) {
    if (!isItem(item, file_bytes)) return err(`items[${i}]: is malformed or lies outside the file`);
    checked.push(item);
  }
  return ok({ bucket_id, file_bytes, items: checked });
}

function checksum(json: string): string {
  return Bun.hash.crc32(json).toString(16).padStart(8, "0");
}

function isItem(value: unknown, file_bytes: number): value is BucketListing["items"][number] {
  if (!isObject(value)) return false;
  const { key, file_offset, bytes, crc32c } = value;
  if (typeof key !== "string" || key === "" || Buffer.byteLength(key) > MAX_KEY_BYTES) return false;
  if (!isCount(file_offset) || !isCount(bytes) || !isCount(crc32c) || bytes === 0) return false;
  return file_offset % DISK_ALIGN_BYTES === 0 && file_offset + bytes <= file_bytes && crc32c < 2 ** 32;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
