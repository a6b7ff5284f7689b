import { expect, test } from "bun:test";
import type { OffloadTask } from "../../domain/master_api.ts";
import { BucketGrouping } from "./bucket_grouping.ts";

/** Buckets of 4 blocks of 4096 bytes, or of `bucket_keys`. */
function grouping(bucket_keys: number): BucketGrouping {
  return new BucketGrouping({
    capacity_bytes: 4096 * 100,
    bucket_bytes: 4096 * 4,
    bucket_keys,
    bucket_eviction: "fifo",
    high_watermark_ratio: 0.9,
    low_watermark_ratio: 0.8,
    staging_bytes: 4096 * 4,
    keys_limit: 1000,
  });
}

function tasks(from: number, count: number, blocks = 1): OffloadTask[] {
  return Array.from({ length: count }, (_, i) => ({
    key: `k${from + i}`,
    offset: 0,
    bytes: blocks * 4096 - 96,
  }));
}

function keys(groups: readonly OffloadTask[][]): string[][] {
  return groups.map((group) => group.map(({ key }) => key));
}

test("a bucket is full at its bytes, alignment included", () => {
  const groups = grouping(100).heartbeat(tasks(0, 9));
  expect(keys(groups)).toEqual([
    ["k0", "k1", "k2", "k3"],
    ["k4", "k5", "k6", "k7"],
  ]);
});

test("a bucket is full at its keys", () => {
  const grouped = grouping(2);
  expect(keys(grouped.heartbeat(tasks(0, 5)))).toEqual([
    ["k0", "k1"],
    ["k2", "k3"],
  ]);
  expect(grouped.waiting_count).toBe(1);
});

test("a task that does not fit beside the others closes their bucket; one larger than a bucket has its own", () => {
  const grouped = grouping(100);
  const mixed = [...tasks(0, 1, 3), ...tasks(1, 1, 2), ...tasks(2, 1, 9), ...tasks(3, 1, 1)];
  expect(keys(grouped.heartbeat(mixed))).toEqual([["k0"], ["k1"], ["k2"]]);
  expect(grouped.waiting_count).toBe(1);
});

test("a partial bucket waits for one more heartbeat and is filled up first", () => {
  const grouped = grouping(100);
  expect(keys(grouped.heartbeat(tasks(0, 3)))).toEqual([]);
  expect(keys(grouped.heartbeat(tasks(3, 2)))).toEqual([["k0", "k1", "k2", "k3"]]);
  expect(grouped.waiting_count).toBe(1); // k4 waits for the first time
  expect(keys(grouped.heartbeat([]))).toEqual([["k4"]]);
  expect(keys(grouped.heartbeat([]))).toEqual([]);
});
