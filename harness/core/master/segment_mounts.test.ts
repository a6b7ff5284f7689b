import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { TestMaster } from "./test_master.ts";

test("a mount is repeated, refused for a taken name, and checked for its size", () => {
  const master = new TestMaster();
  expect(master.mount("a", 2048)).toBe(STORE_CODE.OK);
  master.put(["k"], 100);
  expect(master.mount("a", 2048)).toBe(STORE_CODE.OK);
  expect(master.exist("k")).toEqual([1]);
  expect(master.mount("b", 2048, { segment_name: "a:1" })).toBe(STORE_CODE.SEGMENT_ALREADY_EXISTS);
  expect(master.mount("c", 1023)).toBe(STORE_CODE.INVALID_PARAMS);
  expect(master.mount("d", 1024 ** 4 + 1)).toBe(STORE_CODE.INVALID_PARAMS);
  expect(master.core.stats(0).total_capacity_bytes).toBe(2048);
});

test("another generation of the same owner starts empty", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.put(["k"], 100);
  expect(master.mount("a", 1024, { generation: 2 })).toBe(STORE_CODE.OK);
  expect(master.exist("k")).toEqual([0]);
  const stats = master.core.stats(0);
  expect([stats.allocated_bytes, stats.total_capacity_bytes, stats.key_count]).toEqual([0, 1024, 0]);
});

test("unmount drops the copies in the segment; objects with another copy stay", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.mount("b", 1024);
  master.put(["both"], 100, { replica_num: 2 });
  master.put(["only-a"], 100, { preferred_segments: ["a:1"] });
  const unmount = (client_id: string, segment_name: string): number =>
    master.core.handle({ op: "unmount_segment", client_id, segment_name }, 0).code;
  expect(unmount("owner-a", "none:1")).toBe(STORE_CODE.SEGMENT_NOT_FOUND);
  expect(unmount("owner-b", "a:1")).toBe(STORE_CODE.ILLEGAL_CLIENT);
  expect(unmount("owner-a", "a:1")).toBe(STORE_CODE.OK);
  expect(master.keys()).toEqual(["both"]);
  expect(master.get("both").replicas.map(({ segment_name }) => segment_name)).toEqual(["b:1"]);
});

test("an owner silent for longer than the TTL is unmounted within a second, and is told to remount when it returns", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.mount("b", 1024);
  master.put(["k"], 100, { preferred_segments: ["a:1"] });
  master.at(10_000, ["owner-b"]); // a was seen at 0: silent for 10 s, not longer
  expect(master.exist("k")).toEqual([1]);
  master.at(11_000, ["owner-b"]);
  expect(master.exist("k")).toEqual([0]);
  const stats = master.core.stats(master.now_ns);
  expect([stats.active_clients, stats.expired_clients, stats.total_capacity_bytes]).toEqual([1, 1, 1024]);
  const ping = (client_id: string): boolean =>
    master.core.handle({ op: "ping", client_id }, master.now_ns).need_remount;
  expect(ping("owner-a")).toBe(true);
  expect(ping("owner-b")).toBe(false);
  master.mount("a", 1024, { generation: 2 });
  expect(ping("owner-a")).toBe(false);
});

test("each client has its own deadline, whatever the order of mounting", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.mount("b", 2048);
  master.at(5_000, ["owner-a"]);
  master.at(11_000, []);
  expect(master.core.stats(0).total_capacity_bytes).toBe(1024);
});

test("a put that is running when its segment goes ends as not found", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.putStart(["k"], 100);
  master.at(11_000, []);
  expect(master.putEnd(["k"])).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
  master.at(600_000, []); // its release time finds nothing to free
  expect(master.keys()).toEqual([]);
});

test("segments are listed in order of mounting", () => {
  const master = new TestMaster();
  master.mount("b", 1024);
  master.mount("a", 1024);
  const { segments } = master.core.handle({ op: "get_segments" }, 0);
  expect(segments.map(({ segment_name }) => segment_name)).toEqual(["b:1", "a:1"]);
});
