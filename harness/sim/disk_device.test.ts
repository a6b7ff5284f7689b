import { expect, test } from "bun:test";
import { DiskDevice } from "./disk_device.ts";
import { LAPTOP_HOST } from "./host_profile.ts";

/** Reads 2 bytes/ns, writes 1 byte/ns, 100 ns latency, 4 at once. */
const HOST = {
  ...LAPTOP_HOST,
  disk_read_bytes_per_s: 2e9,
  disk_write_bytes_per_s: 1e9,
  disk_latency_ns: 100,
  disk_depth: 4,
};

test("a batch takes what its bytes need or what its latencies need, whichever is longer", () => {
  expect(new DiskDevice(HOST).read(0, 1_000, 1)).toBe(500);
  expect(new DiskDevice(HOST).read(0, 10, 4)).toBe(100);
  expect(new DiskDevice(HOST).read(0, 10, 5)).toBe(200); // two rounds of latency
});

test("reads and writes wait for each other", () => {
  const disk = new DiskDevice(HOST);
  expect(disk.write(0, 1_000, 1)).toBe(1_000);
  expect(disk.read(10, 1_000, 1)).toBe(1_500);
});

test("a slow disk takes as many times as long", () => {
  const disk = new DiskDevice(HOST);
  disk.slowness = 3;
  expect(disk.write(0, 1_000, 1)).toBe(3_000);
});
