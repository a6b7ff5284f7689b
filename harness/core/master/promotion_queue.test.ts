import { expect, test } from "bun:test";
import type { MasterStats } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { numbered, TestMaster } from "./test_master.ts";

/** Objects of 100 bytes in a segment of 2000: on disk only, once the owner has said so and eviction has taken their memory. */
function onDisk(
  keys: readonly string[],
  overrides: ConstructorParameters<typeof TestMaster>[0] = {},
): TestMaster {
  const switches = { enable_offload: true, offload_on_evict: true, promote_on_hit: true };
  const master = new TestMaster({ ...switches, ...overrides });
  master.mount("a", 2000);
  const results = keys.map((key) => ({ key, bytes: 100, code: 0 }));
  const owner = { client_id: "owner-a", segment_name: "a:1" };
  master.core.handle({ op: "notify_offloaded", ...owner, results }, master.now_ns);
  return master;
}

function answer(master: TestMaster, key: string, code = 0): readonly number[] {
  const results = [{ key, bytes: 100, code }];
  const owner = { client_id: "owner-a", segment_name: "a:1" };
  return master.core.handle({ op: "notify_promoted", ...owner, results }, master.now_ns).codes;
}

function counts(master: TestMaster): Partial<MasterStats["promotions"]> {
  const all = Object.entries(master.core.stats(master.now_ns).promotions);
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}

test("the second get of an object on disk earns it a memory copy, which its owner makes", () => {
  const master = onDisk(["x"]);
  master.get("x");
  expect(master.heartbeat("a").promotions).toEqual([]);
  master.get("x");
  expect(master.heartbeat("a").promotions).toEqual([{ key: "x", offset: 0, bytes: 100 }]);
  expect(master.tiersOf("x")).toEqual(["disk"]); // not before the owner has it
  expect(answer(master, "x")).toEqual([STORE_CODE.OK]);
  expect(master.tiersOf("x")).toEqual(["cpu", "disk"]);
  expect(counts(master)).toEqual({ admitted: 1, completed: 1, completed_bytes: 100, rejected_frequency: 1 });
});

test("it is off unless switched on", () => {
  const master = onDisk(["x"], { promote_on_hit: false });
  for (let i = 0; i < 5; i++) master.get("x");
  expect(master.heartbeat("a").promotions).toEqual([]);
  expect(counts(master)).toEqual({});
});

test("one task goes with a heartbeat, in the order of admission, and none is given twice", () => {
  const master = onDisk(["x", "y"]);
  for (const key of ["y", "y", "x", "x", "x"]) master.get(key);
  expect(master.heartbeat("a").promotions.map(({ key }) => key)).toEqual(["y"]);
  expect(master.heartbeat("a").promotions.map(({ key }) => key)).toEqual(["x"]);
  expect(master.heartbeat("a").promotions).toEqual([]);
  expect(counts(master).in_flight).toBe(2);
});

test("nothing is promoted at the watermark; it is tried again for a minute, and then no more", () => {
  const master = onDisk(["x"], { lease_ttl_ms: 600_000 });
  master.put(numbered("k", 18), 100); // 0.9 used
  master.exist(...numbered("k", 18));
  for (let i = 0; i < 2; i++) master.get("x");
  expect(master.heartbeat("a").promotions).toEqual([]);
  expect(counts(master).rejected_watermark).toBe(1);
  master.remove("k0", true);
  master.at(10);
  expect(master.heartbeat("a").promotions.map(({ key }) => key)).toEqual(["x"]);
});

test("what waits for room is given up after eight tries", () => {
  const master = onDisk(["x"], { lease_ttl_ms: 600_000 });
  master.put(numbered("k", 18), 100);
  master.exist(...numbered("k", 18));
  for (let i = 0; i < 2; i++) master.get("x");
  // Waits of 10, 20, 40 … 640 ms and 1 s end within 3 s: 1 rejection at the get and 8 of the retries.
  for (let ms = 10; ms <= 5_000; ms += 10) master.at(ms);
  expect(counts(master).rejected_watermark).toBe(9);
  master.remove("k0", true);
  master.at(5_010);
  expect(master.heartbeat("a").promotions).toEqual([]);
});

test("no more are in flight than the limit", () => {
  const master = onDisk(["x", "y"], { promotion_queue_limit: 1 });
  for (const key of ["x", "x", "y", "y"]) master.get(key);
  expect(counts(master)).toMatchObject({ admitted: 1, rejected_cap: 1 });
});

test("an object removed while it is read keeps the range until the answer, and is not brought back", () => {
  const master = onDisk(["x"]);
  for (let i = 0; i < 2; i++) master.get("x");
  master.heartbeat("a");
  expect(master.remove("x", true)).toBe(STORE_CODE.OK);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(100);
  expect(answer(master, "x")).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
  expect(master.keys()).toEqual([]);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(0);
  expect(counts(master).cancelled).toBe(1);
});

test("an object removed before its owner fetched the task is never fetched", () => {
  const master = onDisk(["x"]);
  for (let i = 0; i < 2; i++) master.get("x");
  master.remove("x", true);
  expect(master.heartbeat("a").promotions).toEqual([]);
  expect(counts(master)).toMatchObject({ admitted: 1, cancelled: 1 });
});

test("a failed read frees the range and leaves the object on disk", () => {
  const master = onDisk(["x"]);
  for (let i = 0; i < 2; i++) master.get("x");
  master.heartbeat("a");
  expect(answer(master, "x", STORE_CODE.FILE_READ_FAIL)).toEqual([STORE_CODE.OK]);
  expect(master.tiersOf("x")).toEqual(["disk"]);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(0);
  expect(counts(master).failed).toBe(1);
});

test("a task that is never answered expires with the release time, and its range is free again", () => {
  const master = onDisk(["x"]);
  for (let i = 0; i < 2; i++) master.get("x");
  master.heartbeat("a");
  master.at(599_999);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(100);
  master.at(601_000);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(0);
  expect(counts(master).expired).toBe(1);
  expect(answer(master, "x")).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
});

test("an owner that goes takes its tasks along", () => {
  const master = onDisk(["x", "y"]);
  for (const key of ["x", "x", "y", "y"]) master.get(key);
  master.heartbeat("a");
  master.core.handle({ op: "unmount_segment", client_id: "owner-a", segment_name: "a:1" }, master.now_ns);
  expect(counts(master)).toMatchObject({ admitted: 2, cancelled: 2 });
  expect(counts(master).in_flight).toBeUndefined();
});
