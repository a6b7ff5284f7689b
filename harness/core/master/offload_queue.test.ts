import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { numbered, TestMaster } from "./test_master.ts";

type Overrides = ConstructorParameters<typeof TestMaster>[0];

/** One owner with a disk tier and 2000 bytes of memory: 20 objects of 100. */
function withDisk(overrides: Overrides = {}): TestMaster {
  const master = new TestMaster({ enable_offload: true, ...overrides });
  master.mount("a", 2000);
  return master;
}

test("a stored object is handed to its owner once and becomes readable from disk after memory", () => {
  const master = withDisk();
  master.put(["k0", "k1"], 100);
  const { code, tasks, wipe } = master.heartbeat("a");
  expect([code, wipe]).toEqual([STORE_CODE.OK, false]);
  expect(tasks).toEqual([
    { key: "k0", offset: 0, bytes: 100 },
    { key: "k1", offset: 100, bytes: 100 },
  ]);
  expect(master.heartbeat("a").tasks).toEqual([]);
  expect(master.answer("a", tasks)).toEqual([0, 0]);
  expect(master.tiersOf("k0")).toEqual(["cpu", "disk"]);
  const stats = master.core.stats(0);
  expect([stats.offloaded_key_count, stats.allocated_file_size_bytes]).toEqual([2, 200]);
  expect(stats.total_file_capacity_bytes).toBe(10_000);
});

test("an object whose memory is evicted stays readable from disk, and counts as a file hit", () => {
  const master = withDisk();
  master.put(numbered("k", 19), 100);
  master.answer("a", master.heartbeat("a").tasks);
  master.at(10); // 0.95 used: two go from memory
  expect(master.tiersOf("k0")).toEqual(["disk"]);
  expect(master.exist("k0")).toEqual([1]);
  expect(master.get("k0").replicas).toEqual([{ tier: "disk", segment_name: "a:1", bytes: 100 }]);
  expect(master.core.stats(0).file_cache_hit_nums).toBe(1);
  expect(master.put(["k0"], 100)).toBe(STORE_CODE.OBJECT_ALREADY_EXISTS);
});

test("safe: copies that wait for the disk are not evicted, so no acknowledged put is lost", () => {
  const master = withDisk({ acknowledged_puts: "safe" });
  master.put(numbered("k", 20), 100);
  for (let ms = 10; ms <= 1000; ms += 10) master.at(ms);
  expect(master.keys().length).toBe(20);
  expect(master.put(["next"], 100)).toBe(STORE_CODE.NO_AVAILABLE_HANDLE); // refused, not acknowledged and lost
  master.answer("a", master.heartbeat("a").tasks);
  master.at(1010); // 1.0 used: target 0.15: ceil(20 × 0.15) = 3 go from memory
  expect(master.exist(...numbered("k", 20))).toEqual(Array.from({ length: 20 }, () => 1));
  expect(master.put(["next"], 100)).toBe(STORE_CODE.OK);
});

test("mooncake: copies evicted before the heartbeat are lost, as in the real store", () => {
  const master = withDisk({ acknowledged_puts: "mooncake" });
  master.put(numbered("k", 20), 100);
  master.at(10);
  const { tasks } = master.heartbeat("a");
  expect(tasks.length).toBe(17);
  master.answer("a", tasks);
  expect(master.exist("k0", "k1", "k2", "k3")).toEqual([0, 0, 0, 1]);
});

test("mooncake: what the owner is reading stays in memory", () => {
  const master = withDisk({ acknowledged_puts: "mooncake" });
  master.put(numbered("k", 20), 100);
  const { tasks } = master.heartbeat("a");
  master.at(10);
  expect(master.keys().length).toBe(20);
  master.answer("a", tasks);
  expect(master.core.stats(0).offloaded_key_count).toBe(20);
});

test("a copy that the owner refuses is an ordinary object again", () => {
  const master = withDisk();
  master.put(numbered("k", 19), 100);
  const { tasks } = master.heartbeat("a");
  expect(master.answer("a", tasks, STORE_CODE.FILE_WRITE_FAIL)).toEqual(tasks.map(() => 0));
  master.at(10);
  expect(master.keys().length).toBe(17);
  expect(master.heartbeat("a").tasks).toEqual([]);
});

test("on evict: nothing is queued at put end; eviction queues, and memory goes once the copy is on disk", () => {
  const master = withDisk({ offload_on_evict: true });
  master.put(numbered("k", 19), 100);
  expect(master.heartbeat("a").tasks).toEqual([]);
  master.at(10);
  const { tasks } = master.heartbeat("a");
  expect(tasks.map(({ key }) => key)).toEqual(["k0", "k1"]);
  expect(master.tiersOf("k0")).toEqual(["cpu"]);
  master.answer("a", tasks);
  master.at(20);
  expect(master.tiersOf("k0")).toEqual(["disk"]);
  expect(master.core.stats(0).key_count).toBe(19);
});

test("on evict: only one copy is kept for the owner", () => {
  const master = new TestMaster({ enable_offload: true, offload_on_evict: true });
  master.mount("a", 1000 + 24);
  master.mount("b", 1000 + 24);
  master.put(["k"], 950, { replica_num: 2 });
  master.at(10);
  expect(master.tiersOf("k")).toEqual(["cpu"]);
  expect(master.heartbeat("a").tasks.length).toBe(1);
  expect(master.heartbeat("b").tasks.length).toBe(0);
});

test("on evict: over the cap of a cycle objects stay, or go when forced", () => {
  const capped: Overrides = { offload_on_evict: true, offloading_queue_limit: 2, offload_cap_ratio: 0.5 };
  const kept = withDisk(capped);
  kept.put(numbered("k", 19), 100);
  kept.at(10); // two should go: one is queued (2 × 0.5), one stays
  expect(kept.heartbeat("a").tasks.length).toBe(1);
  expect(kept.keys().length).toBe(19);
  const forced = withDisk({ ...capped, offload_force_evict: true });
  forced.put(numbered("k", 19), 100);
  forced.at(10);
  expect(forced.keys().length).toBe(18);
});

test("a full queue leaves further puts in memory only", () => {
  const master = withDisk({ offloading_queue_limit: 3 });
  expect(master.put(numbered("k", 5), 100)).toBe(STORE_CODE.OK);
  expect(master.heartbeat("a").tasks.length).toBe(3);
});

test("an object removed while its owner writes it keeps its memory until the answer, and gets no disk copy", () => {
  const master = withDisk();
  master.put(["k"], 100);
  const { tasks } = master.heartbeat("a");
  expect(master.remove("k")).toBe(STORE_CODE.OK);
  expect(master.core.stats(0).allocated_bytes).toBe(100);
  master.put(["k"], 200); // a newer object of the same key must not get the old one's file
  expect(master.heartbeat("a").tasks).toEqual([]); // nor be handed out while the old one is being written
  expect(master.answer("a", tasks)).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
  expect(master.tiersOf("k")).toEqual(["cpu"]);
  expect(master.core.stats(0).allocated_bytes).toBe(200);
  expect(master.heartbeat("a").tasks).toEqual([{ key: "k", offset: 100, bytes: 200 }]);
});

test("a task that is never answered expires after 600 s", () => {
  const master = withDisk();
  master.put(["k"], 100);
  master.heartbeat("a");
  master.remove("k");
  master.at(599_000);
  expect(master.core.stats(0).allocated_bytes).toBe(100);
  master.at(600_000);
  expect(master.core.stats(0).allocated_bytes).toBe(0);
});

test("remove_all wipes disks: no disk copy is left, and the owner is told at its next heartbeat, once", () => {
  const master = withDisk();
  master.put(["disk-only", "leased"], 900);
  master.answer("a", master.heartbeat("a").tasks);
  master.put(["x"], 100); // 0.95 used
  master.at(10);
  expect(master.tiersOf("disk-only")).toEqual(["disk"]);
  master.exist("leased", "disk-only"); // a lease keeps memory, not a file that the wipe deletes
  const { removed } = master.core.handle({ op: "remove_all", force: false }, master.now_ns);
  expect(removed).toBe(2);
  expect(master.tiersOf("leased")).toEqual(["cpu"]);
  expect(master.core.stats(0).allocated_file_size_bytes).toBe(0);
  expect(master.heartbeat("a").wipe).toBe(true);
  expect(master.heartbeat("a").wipe).toBe(false);
});

test("an answer that arrives between remove_all and the wipe gives no disk copy; a survivor is written again", () => {
  const master = withDisk();
  master.put(["k"], 100);
  const { tasks } = master.heartbeat("a");
  master.exist("k");
  master.core.handle({ op: "remove_all", force: false }, 0);
  expect(master.answer("a", tasks)).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
  expect(master.tiersOf("k")).toEqual(["cpu"]);
  const next = master.heartbeat("a");
  expect([next.wipe, next.tasks.length]).toEqual([true, 1]);
});

test("a restarted owner registers what it finds, but not over a newer object", () => {
  const master = withDisk();
  master.put(["newer"], 100);
  const found = [
    { key: "old", bytes: 300 },
    { key: "newer", bytes: 300 },
  ];
  expect(master.answer("a", found)).toEqual([STORE_CODE.OK, STORE_CODE.OBJECT_ALREADY_EXISTS]);
  expect(master.answer("a", [{ key: "old", bytes: 300 }])).toEqual([STORE_CODE.OK]); // a repeat
  expect(master.get("old").replicas).toEqual([{ tier: "disk", segment_name: "a:1", bytes: 300 }]);
  expect(master.tiersOf("newer")).toEqual(["cpu"]);
});

test("an owner that was away during remove_all is wiped when it returns, and registers nothing before", () => {
  const master = withDisk();
  master.at(11_000, []); // expired
  master.core.handle({ op: "remove_all", force: true }, master.now_ns);
  master.mount("a", 2000, { generation: 2 });
  expect(master.answer("a", [{ key: "stale", bytes: 100 }])).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
  expect(master.heartbeat("a").wipe).toBe(true);
  expect(master.exist("stale")).toEqual([0]);
});

test("disk copies go when their owner says so, or goes itself", () => {
  const master = withDisk();
  master.put(["k0", "k1"], 100);
  master.answer("a", master.heartbeat("a").tasks);
  master.answer("a", [{ key: "disk-only", bytes: 50 }]);
  const gone = { op: "notify_disk_evicted", segment_name: "a:1", keys: ["k0", "disk-only", "none"] } as const;
  const of_stranger = master.core.handle({ ...gone, client_id: "x" }, 0);
  expect(of_stranger.code).toBe(STORE_CODE.ILLEGAL_CLIENT);
  expect(master.keys()).toEqual(["k0", "k1", "disk-only"]);
  expect(master.core.handle({ ...gone, client_id: "owner-a" }, 0).code).toBe(STORE_CODE.OK);
  expect(master.keys()).toEqual(["k0", "k1"]);
  expect([master.tiersOf("k0"), master.tiersOf("k1")]).toEqual([["cpu"], ["cpu", "disk"]]);
  expect(master.core.stats(0).allocated_file_size_bytes).toBe(100);
  master.at(11_000, []);
  expect(master.keys()).toEqual([]);
  const stats = master.core.stats(0);
  expect([stats.allocated_file_size_bytes, stats.total_file_capacity_bytes]).toEqual([0, 0]);
});

test("an expired owner's tasks are forgotten with its memory", () => {
  const master = withDisk();
  master.put(["handed"], 100);
  const { tasks } = master.heartbeat("a");
  master.put(["queued"], 100);
  master.at(11_000, []);
  expect(master.keys()).toEqual([]);
  expect(master.heartbeat("a").code).toBe(STORE_CODE.SEGMENT_NOT_FOUND);
  expect(master.answer("a", tasks)).toEqual([STORE_CODE.SEGMENT_NOT_FOUND]);
});

test("only an owner with a disk tier takes part", () => {
  const master = new TestMaster({ enable_offload: true });
  master.mount("a", 1024, { enable_offload: false });
  master.mount("b", 1024);
  master.put(["k"], 100);
  expect(master.heartbeat("a").code).toBe(STORE_CODE.UNABLE_OFFLOADING);
  expect(master.heartbeat("b").tasks).toEqual([]);
  const stranger = { op: "offload_heartbeat", client_id: "x", segment_name: "b:1" } as const;
  const reply = master.core.handle({ ...stranger, disk_used_bytes: 0, disk_capacity_bytes: 0 }, 0);
  expect(reply.code).toBe(STORE_CODE.ILLEGAL_CLIENT);
});
