import { expect, test } from "bun:test";
import { StagingBuffer } from "./staging_buffer.ts";

test("slots are rounded up to 4096 and come back on release", () => {
  const staging = new StagingBuffer(4096 * 4);
  expect(staging.reserve(1, [1, 4097])).toEqual([0, 4096]);
  expect(staging.staged_bytes).toBe(4096 * 3);
  expect(staging.release(1)).toBe(true);
  expect(staging.release(1)).toBe(false);
  expect(staging.staged_bytes).toBe(0);
});

test("a read that does not fit whole takes nothing and is counted", () => {
  const staging = new StagingBuffer(4096 * 4);
  staging.reserve(1, [4096]);
  expect(staging.reserve(2, [4096, 4096, 4096, 4096])).toBeNull();
  expect([staging.staged_bytes, staging.overflow_count]).toEqual([4096, 1]);
  expect(staging.reserve(2, [4096, 4096, 4096])).not.toBeNull();
});

test("a lease runs out at its end; a read that the disk still works on does not", () => {
  const staging = new StagingBuffer(4096 * 4);
  staging.reserve(1, [4096]);
  staging.reserve(2, [4096]);
  staging.lease(2, 5_000);
  staging.expire(4_999);
  expect(staging.staged_bytes).toBe(8192);
  staging.expire(5_000);
  expect([staging.staged_bytes, staging.expired_count]).toEqual([4096, 1]);
  expect(staging.release(2)).toBe(false);
});
