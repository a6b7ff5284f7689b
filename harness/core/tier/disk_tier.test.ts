import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { TestDiskTier } from "./test_disk_tier.ts";

const NOT_FOUND = STORE_CODE.OBJECT_NOT_FOUND;

test("tasks become a bucket file, the master is told after it is written, and readers find the keys", () => {
  const disk = new TestDiskTier();
  disk.heartbeat(["a", "b"]);
  expect(disk.take("write_bucket")).toEqual([
    {
      type: "write_bucket",
      bucket_id: 1,
      items: [
        { key: "a", segment_offset: 0, file_offset: 0, bytes: 4096 },
        { key: "b", segment_offset: 4096, file_offset: 4096, bytes: 4096 },
      ],
      file_bytes: 8192,
    },
  ]);
  expect(disk.pending()).toEqual([]);
  disk.send({ type: "bucket_written", bucket_id: 1, code: 0, crc32c: [7, 8] });
  expect(disk.take("notify_offloaded")).toEqual([
    {
      type: "notify_offloaded",
      bucket_id: 1,
      results: [
        { key: "a", bytes: 4096, code: 0 },
        { key: "b", bytes: 4096, code: 0 },
      ],
    },
  ]);
  disk.send({ type: "notify_offloaded_done", bucket_id: 1, codes: [0, 0] });
  disk.read(5, "b");
  expect(disk.take("read")).toEqual([
    {
      type: "read",
      read_id: 5,
      items: [{ key: "b", file_offset: 4096, bytes: 4096, crc32c: 8, bucket_id: 1, staging_offset: 0 }],
    },
  ]);
});

test("a read answers per key: staged, not here, or the disk's error", () => {
  const disk = new TestDiskTier();
  disk.store("a", "b");
  disk.read(1, "none", "b", "a");
  const [{ items } = { items: [] }] = disk.take("read");
  expect(items.map(({ key }) => key)).toEqual(["b", "a"]);
  disk.send({ type: "read_done", read_id: 1, codes: [0, STORE_CODE.FILE_READ_FAIL] });
  expect(disk.take("read_reply")).toEqual([
    {
      type: "read_reply",
      read_id: 1,
      objects: [
        { code: NOT_FOUND, staging_offset: 0, bytes: 0 },
        { code: 0, staging_offset: 0, bytes: 4096 },
        { code: STORE_CODE.FILE_READ_FAIL, staging_offset: 0, bytes: 0 },
      ],
      expires_ns: 5_000 * 1e6,
    },
  ]);
  const { read_keys, missed_keys } = disk.tier.snapshot();
  expect([read_keys, missed_keys]).toEqual([1, 1]);
});

test("reads that the staging buffer cannot hold whole are refused with BUFFER_OVERFLOW until slots are released or expire", () => {
  const disk = new TestDiskTier(); // four slots
  disk.store("a", "b", "c", "d");
  disk.read(1, "a", "b", "c");
  disk.finishReads();
  disk.take("read_reply");
  expect(disk.readCodes(2, "c", "none", "d")).toEqual([-10, NOT_FOUND, -10]);
  disk.send({ type: "release", read_id: 1 });
  expect(disk.readCodes(3, "c", "d")).toEqual([0, 0]);
  disk.read(4, "a", "b", "c");
  disk.finishReads();
  disk.now_ns = 5_000 * 1e6;
  disk.send({ type: "tick" });
  expect(disk.tier.snapshot().staged_bytes).toBe(0);
  expect([disk.tier.snapshot().staging_overflows, disk.tier.snapshot().expired_reads]).toEqual([1, 1]);
});

test("keys that the master refuses are forgotten; a bucket without any goes", () => {
  const disk = new TestDiskTier();
  disk.heartbeat(["a", "b", "c", "d"]);
  disk.finishWrites();
  disk.take("notify_offloaded");
  disk.send({ type: "notify_offloaded_done", bucket_id: 1, codes: [NOT_FOUND, 0] });
  expect(disk.readCodes(1, "a", "b")).toEqual([NOT_FOUND, 0]);
  disk.send({ type: "notify_offloaded_done", bucket_id: 2, codes: [NOT_FOUND, NOT_FOUND] });
  expect(disk.take("delete_bucket")).toEqual([{ type: "delete_bucket", bucket_id: 2 }]);
});

test("a failed write is reported with its code and its partial file is deleted", () => {
  const disk = new TestDiskTier();
  disk.heartbeat(["a", "b"]);
  disk.finishWrites(STORE_CODE.FILE_WRITE_FAIL);
  const [told] = disk.take("notify_offloaded");
  expect([told?.bucket_id, ...(told?.results.map(({ code }) => code) ?? [])]).toEqual([null, -1103, -1103]);
  expect(disk.tier.snapshot().used_bytes).toBe(8192);
  disk.send({ type: "bucket_deleted", bucket_id: disk.take("delete_bucket")[0]?.bucket_id ?? 0 });
  expect(disk.tier.snapshot().used_bytes).toBe(0);
});

test("without eviction a full disk refuses with FILE_WRITE_FAIL, as it does a bucket larger than itself", () => {
  const disk = new TestDiskTier({ capacity_bytes: 4 * 4096, bucket_eviction: "none" });
  disk.store("a", "b", "c", "d");
  disk.heartbeat(["e", "f"]);
  expect(disk.take("notify_offloaded")[0]?.results).toEqual([
    { key: "e", bytes: 4096, code: STORE_CODE.FILE_WRITE_FAIL },
    { key: "f", bytes: 4096, code: STORE_CODE.FILE_WRITE_FAIL },
  ]);
  const small = new TestDiskTier({ capacity_bytes: 4096 });
  small.heartbeat(["a", "b"]);
  expect(small.take("notify_offloaded")[0]?.results.length).toBe(2);
  expect(small.pending()).toEqual([]);
});

test("fifo: the oldest bucket makes room; the master is told, then the file goes, then the write starts", () => {
  const disk = new TestDiskTier({ capacity_bytes: 4 * 4096 });
  disk.store("a", "b", "c", "d");
  disk.readCodes(1, "a"); // does not matter to fifo
  disk.heartbeat(["e", "f"]);
  expect(disk.take("notify_disk_evicted")).toEqual([
    { type: "notify_disk_evicted", bucket_id: 1, keys: ["a", "b"] },
  ]);
  expect(disk.pending()).toEqual([]);
  expect(disk.readCodes(2, "a")).toEqual([0]); // still there while the master is told
  disk.send({ type: "notify_disk_evicted_done", bucket_id: 1, code: 0 });
  expect(disk.readCodes(3, "a")).toEqual([NOT_FOUND]);
  expect(disk.pending()).toEqual(["delete_bucket"]);
  disk.send({ type: "bucket_deleted", bucket_id: 1 });
  expect(disk.take("write_bucket")[0]?.bucket_id).toBe(3);
  const { evicted_buckets, evicted_keys } = disk.tier.snapshot();
  expect([evicted_buckets, evicted_keys]).toEqual([1, 2]);
});

test("lru: never-read buckets go first, then the one read longest ago", () => {
  const disk = new TestDiskTier({ capacity_bytes: 6 * 4096, bucket_eviction: "lru" });
  disk.store("a", "b", "c", "d", "e", "f");
  for (const [i, key] of ["c", "a"].entries()) {
    disk.now_ns = i + 1;
    disk.readCodes(i, key);
  }
  const victims: number[] = [];
  for (const keys of [
    ["g", "h"],
    ["i", "j"],
  ]) {
    disk.heartbeat(keys);
    const bucket_id = disk.take("notify_disk_evicted")[0]?.bucket_id ?? 0;
    victims.push(bucket_id);
    disk.send({ type: "notify_disk_evicted_done", bucket_id, code: 0 });
    disk.send({ type: "bucket_deleted", bucket_id });
    disk.finishWrites();
    disk.finishNotifies();
    disk.now_ns++;
    disk.readCodes(100 + disk.now_ns, keys[0] ?? "");
  }
  expect(victims).toEqual([3, 2]);
});

test("above the high watermark whole buckets go until the low one is met", () => {
  const disk = new TestDiskTier({ high_watermark_ratio: 0.9, low_watermark_ratio: 0.6 });
  const keys = Array.from({ length: 18 }, (_, i) => `k${i}`);
  disk.store(...keys); // 18 of 20 blocks: 0.9 is not above
  expect(disk.take("notify_disk_evicted")).toEqual([]);
  disk.store("x", "y"); // 20 of 20; at most 12 may stay: four buckets of two go
  expect(disk.take("notify_disk_evicted").map(({ bucket_id }) => bucket_id)).toEqual([1, 2, 3, 4]);
});

test("running reads keep a file until they end, for ten seconds at most", () => {
  const disk = new TestDiskTier({ capacity_bytes: 4 * 4096 });
  disk.store("a", "b", "c", "d");
  disk.read(1, "a");
  disk.heartbeat(["e", "f"]);
  disk.send({ type: "notify_disk_evicted_done", bucket_id: 1, code: 0 });
  expect(disk.take("delete_bucket")).toEqual([]);
  disk.finishReads();
  expect(disk.take("delete_bucket").length).toBe(1);

  const slow = new TestDiskTier({ capacity_bytes: 4 * 4096 });
  slow.store("a", "b", "c", "d");
  slow.read(1, "a");
  slow.heartbeat(["e", "f"]);
  slow.send({ type: "notify_disk_evicted_done", bucket_id: 1, code: 0 });
  slow.now_ns = 9_999 * 1e6;
  slow.send({ type: "tick" });
  expect(slow.take("delete_bucket")).toEqual([]);
  slow.now_ns = 10_000 * 1e6;
  slow.send({ type: "tick" });
  expect(slow.take("delete_bucket").length).toBe(1);
  slow.finishReads(); // a late end finds nothing more to do
  expect(slow.take("delete_bucket")).toEqual([]);
});

test("writes wait for buckets that are not settled yet instead of being refused", () => {
  const disk = new TestDiskTier({ capacity_bytes: 4 * 4096 });
  disk.heartbeat(["a", "b", "c", "d"]);
  disk.heartbeat(["e", "f"]); // both buckets are being written: neither may go now
  expect(disk.tier.snapshot().waiting_tasks).toBe(2);
  disk.finishWrites();
  disk.finishNotifies();
  expect(disk.take("notify_disk_evicted").map(({ bucket_id }) => bucket_id)).toEqual([1]);
});

test("a wipe deletes every bucket, refuses what waits, and obeys before the tasks of the same reply", () => {
  const disk = new TestDiskTier();
  disk.store("a", "b");
  disk.heartbeat(["waits"]);
  disk.heartbeat(["new0", "new1"], true);
  expect(disk.take("delete_bucket")).toEqual([{ type: "delete_bucket", bucket_id: 1 }]);
  expect(disk.take("notify_offloaded")).toEqual([
    { type: "notify_offloaded", bucket_id: null, results: [{ key: "waits", bytes: 4096, code: NOT_FOUND }] },
  ]);
  expect(disk.take("write_bucket")[0]?.items.map(({ key }) => key)).toEqual(["new0", "new1"]);
  expect(disk.readCodes(1, "a")).toEqual([NOT_FOUND]);
});

test("a wipe while a bucket is written or registered leaves nothing readable behind", () => {
  const disk = new TestDiskTier();
  disk.heartbeat(["a", "b"]);
  disk.heartbeat([], true);
  disk.finishWrites();
  expect(disk.take("notify_offloaded")[0]?.results.map(({ code }) => code)).toEqual([NOT_FOUND, NOT_FOUND]);
  expect(disk.take("delete_bucket").length).toBe(1);

  disk.heartbeat(["c", "d"]);
  disk.finishWrites();
  disk.heartbeat([], true);
  disk.finishNotifies(); // the master took the keys after it had sent the wipe: it is told that they go
  expect(disk.take("notify_disk_evicted")[0]?.keys).toEqual(["c", "d"]);
  disk.send({ type: "notify_disk_evicted_done", bucket_id: 2, code: STORE_CODE.RPC_FAIL });
  expect(disk.take("delete_bucket").length).toBe(1);
});

test("a wiped bucket that the master never heard of goes without being told", () => {
  const disk = new TestDiskTier();
  disk.heartbeat(["a", "b"]);
  disk.finishWrites();
  disk.heartbeat([], true);
  disk.finishNotifies(STORE_CODE.RPC_FAIL);
  expect(disk.pending()).toEqual(["delete_bucket"]);
});

test("a restarted owner registers its buckets, goes on numbering, and reads a doubled key from the later one", () => {
  const disk = new TestDiskTier();
  const item = (key: string, crc32c: number) => ({ key, file_offset: 0, bytes: 4096, crc32c });
  const buckets = [
    { bucket_id: 3, file_bytes: 4096, items: [item("a", 1)] },
    { bucket_id: 7, file_bytes: 4096, items: [item("a", 2)] },
  ];
  disk.send({ type: "recovered", buckets });
  expect(disk.tier.snapshot().used_bytes).toBe(8192);
  const told = disk.take("notify_offloaded");
  expect(told.map(({ results }) => results.length)).toEqual([0, 1]);
  disk.send({ type: "notify_offloaded_done", bucket_id: 3, codes: [] });
  disk.send({ type: "notify_offloaded_done", bucket_id: 7, codes: [0] });
  expect(disk.take("delete_bucket")).toEqual([{ type: "delete_bucket", bucket_id: 3 }]);
  disk.read(1, "a");
  expect(disk.take("read")[0]?.items[0]?.crc32c).toBe(2);
  disk.heartbeat(["b", "c"]);
  expect(disk.take("write_bucket")[0]?.bucket_id).toBe(8);
});

test("a master that was not reached is told again at the next heartbeat", () => {
  const disk = new TestDiskTier();
  disk.heartbeat(["a", "b"]);
  disk.finishWrites();
  disk.finishNotifies(STORE_CODE.RPC_FAIL);
  expect(disk.readCodes(1, "a")).toEqual([0]);
  disk.heartbeat([]);
  expect(disk.finishNotifies()).toEqual([1]);
  disk.heartbeat([]);
  expect(disk.take("notify_offloaded")).toEqual([]);
});

test("after a remount buckets are registered again, and tasks and writes in hand are dropped without a word", () => {
  const disk = new TestDiskTier();
  disk.store("a", "b");
  disk.heartbeat(["c", "d", "waits"]);
  disk.send({ type: "remounted" });
  expect(disk.finishNotifies()).toEqual([1]);
  expect(disk.tier.snapshot().waiting_tasks).toBe(0);
  disk.finishWrites(); // of memory that was no longer c's and d's
  expect(disk.pending()).toEqual(["delete_bucket"]);
  expect(disk.readCodes(1, "a", "c")).toEqual([0, NOT_FOUND]);
});

test("an eviction that the master did not hear of leaves the bucket readable and registered again", () => {
  const disk = new TestDiskTier({ capacity_bytes: 4 * 4096 });
  disk.store("a", "b", "c", "d");
  disk.heartbeat(["e", "f"]);
  disk.take("notify_disk_evicted");
  disk.send({ type: "notify_disk_evicted_done", bucket_id: 1, code: STORE_CODE.RPC_FAIL });
  expect(disk.readCodes(1, "a")).toEqual([0]);
  disk.heartbeat([]);
  expect(disk.finishNotifies()).toEqual([1]);
});

test("a key written again is read from its newer bucket, and its old bytes are not reported when they go", () => {
  const disk = new TestDiskTier({ capacity_bytes: 4 * 4096 });
  disk.store("a", "b");
  disk.store("a", "c");
  disk.read(1, "a");
  expect(disk.take("read")[0]?.items[0]?.bucket_id).toBe(2);
  disk.heartbeat(["e", "f"]);
  expect(disk.take("notify_disk_evicted")[0]?.keys).toEqual(["b"]);
});

test("a key whose bytes are damaged is forgotten at once; the master is told until it has heard, and the rest is still read", () => {
  const it = new TestDiskTier();
  it.store("a", "b");
  it.read(1, "a", "b");
  it.take("read");
  it.send({ type: "read_done", read_id: 1, codes: [STORE_CODE.CHECKSUM_MISMATCH, 0] });
  expect(it.take("read_reply")[0]?.objects.map(({ code }) => code)).toEqual([
    STORE_CODE.CHECKSUM_MISMATCH,
    0,
  ]);
  expect(it.take("notify_lost")).toEqual([{ type: "notify_lost", keys: ["a"] }]);
  it.send({ type: "notify_lost_done", keys: ["a"], code: STORE_CODE.RPC_FAIL });
  it.heartbeat([]);
  expect(it.take("notify_lost")).toEqual([{ type: "notify_lost", keys: ["a"] }]);
  it.send({ type: "notify_lost_done", keys: ["a"], code: 0 });
  it.heartbeat([]);
  expect(it.take("notify_lost")).toEqual([]);
  expect(it.readCodes(2, "a", "b")).toEqual([STORE_CODE.OBJECT_NOT_FOUND, 0]);
  expect(it.tier.snapshot()).toMatchObject({ lost_keys: 1, key_count: 1 });
});

test("a bucket that has lost its last key goes", () => {
  const it = new TestDiskTier();
  it.store("a", "b");
  it.read(1, "a", "b");
  it.finishReads(STORE_CODE.CHECKSUM_MISMATCH);
  expect(it.take("delete_bucket")).toEqual([{ type: "delete_bucket", bucket_id: 1 }]);
});

test("a lost key that is written anew is not reported any more, and an old read of it does not lose it again", () => {
  const it = new TestDiskTier();
  it.store("a", "b");
  it.read(1, "a");
  it.read(2, "a");
  it.take("read");
  it.send({ type: "read_done", read_id: 1, codes: [STORE_CODE.CHECKSUM_MISMATCH] });
  it.take("notify_lost");
  it.send({ type: "notify_lost_done", keys: ["a"], code: STORE_CODE.RPC_FAIL });
  it.store("a", "c");
  expect(it.take("notify_lost").length).toBe(1); // with the heartbeat that brought the task
  it.send({ type: "notify_lost_done", keys: ["a"], code: STORE_CODE.RPC_FAIL });
  it.send({ type: "read_done", read_id: 2, codes: [STORE_CODE.CHECKSUM_MISMATCH] });
  it.heartbeat([]);
  expect(it.take("notify_lost")).toEqual([]);
  it.take("read_reply");
  expect(it.readCodes(3, "a")).toEqual([0]);
});

test("a read error that is no damage drops nothing", () => {
  const it = new TestDiskTier();
  it.store("a", "b");
  it.read(1, "a");
  it.finishReads(STORE_CODE.FILE_READ_FAIL);
  expect(it.take("notify_lost")).toEqual([]);
  it.take("read_reply");
  expect(it.readCodes(2, "a")).toEqual([0]);
});

test("keys on disk are limited: the oldest buckets make room, or the tasks are refused with KEYS_ULTRA_LIMIT", () => {
  const fifo = new TestDiskTier({ keys_limit: 4 });
  fifo.store("a", "b");
  fifo.store("c", "d");
  fifo.heartbeat(["e", "f"]);
  expect(fifo.take("notify_disk_evicted")).toEqual([
    { type: "notify_disk_evicted", bucket_id: 1, keys: ["a", "b"] },
  ]);
  fifo.send({ type: "notify_disk_evicted_done", bucket_id: 1, code: 0 });
  fifo.send({ type: "bucket_deleted", bucket_id: 1 });
  expect(fifo.finishWrites()).toEqual([3]);
  const none = new TestDiskTier({ keys_limit: 3, bucket_eviction: "none" });
  none.store("a", "b");
  none.heartbeat(["c", "d"]);
  const codes = none.take("notify_offloaded").flatMap(({ results }) => results.map(({ code }) => code));
  expect(codes).toEqual([STORE_CODE.KEYS_ULTRA_LIMIT, STORE_CODE.KEYS_ULTRA_LIMIT]);
});
