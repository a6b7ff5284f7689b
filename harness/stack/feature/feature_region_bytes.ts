// Copies between JS bytes and registered memory, through the file that the memory is mapped from: for callers that hand in typed
// arrays. Registered memory to registered memory never comes this way.

import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { assert } from "../../domain/assert.ts";
import type { RegionRange } from "./feature_tensor.ts";

/** A region's file begins with a page of its own (native/src/region.h). */
const REGION_HEADER_BYTES = 4096;

export function writeRegionBytes({ region, offset, bytes }: RegionRange, from: Uint8Array): void {
  assert(from.byteLength === bytes, "a range is written whole");
  assertInside(region.bytes, offset, bytes);
  const file = openSync(region.shm_path, "r+");
  try {
    for (let done = 0; done < bytes; ) {
      done += writeSync(file, from, done, bytes - done, REGION_HEADER_BYTES + offset + done);
    }
  } finally {
    closeSync(file);
  }
}

export function readRegionBytes({ region, offset, bytes }: RegionRange, into: Uint8Array): void {
  assert(into.byteLength === bytes, "a range is read whole");
  assertInside(region.bytes, offset, bytes);
  const file = openSync(region.shm_path, "r");
  try {
    for (let done = 0; done < bytes; ) {
      const read = readSync(file, into, done, bytes - done, REGION_HEADER_BYTES + offset + done);
      assert(read > 0, "a region's file is as long as the region");
      done += read;
    }
  } finally {
    closeSync(file);
  }
}

/** The bytes of `data` as a typed array; the caller's own where it is one. */
export function bytesOf(data: Uint8Array | RegionRange): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const bytes = new Uint8Array(data.bytes);
  readRegionBytes(data, bytes);
  return bytes;
}

/** Copies `from` to wherever `into` lies; the two are of one size. */
export function copyBytes(from: Uint8Array, into: Uint8Array | RegionRange): void {
  if (into instanceof Uint8Array) into.set(from);
  else writeRegionBytes(into, from);
}

function assertInside(region_bytes: number, offset: number, bytes: number): void {
  assert(offset >= 0 && offset + bytes <= region_bytes, "a range lies in its region");
}
