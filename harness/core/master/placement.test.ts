import { expect, test } from "bun:test";
import { TestMaster } from "./test_master.ts";

function segmentsOf(master: TestMaster, key: string): string[] {
  return master.core.queryKey(key, 0)?.replicas.map(({ segment_name }) => segment_name) ?? [];
}

function preferredCounts(master: TestMaster): number[] {
  const { preferred_placed, preferred_fallback } = master.core.stats(0);
  return [preferred_placed, preferred_fallback];
}

/** Segments a, b, c of 1024 bytes; the random draw is always `start`. */
function threeSegments(
  start: number,
  overrides: ConstructorParameters<typeof TestMaster>[0] = {},
): TestMaster {
  const master = new TestMaster(overrides, { below: (limit) => start % limit });
  for (const node of ["a", "b", "c"]) master.mount(node, 1024);
  return master;
}

test("random takes the drawn segment and scans on from there when it is full", () => {
  const master = threeSegments(1);
  master.put(["k0", "k1"], 600);
  expect(segmentsOf(master, "k0")).toEqual(["b:1"]);
  expect(segmentsOf(master, "k1")).toEqual(["c:1"]);
});

test("the preferred segment wins while it has room; then the put falls back and is counted", () => {
  const master = threeSegments(0);
  master.put(["k0", "k1", "k2"], 600, { preferred_segments: ["c:1", "b:1"] });
  expect(["k0", "k1", "k2"].map((key) => segmentsOf(master, key))).toEqual([["c:1"], ["b:1"], ["a:1"]]);
  expect(preferredCounts(master)).toEqual([2, 1]);
});

test("an unknown preferred segment falls back and is counted; the name must match exactly", () => {
  const master = threeSegments(0);
  master.put(["k"], 100, { preferred_segments: ["c"] });
  expect(segmentsOf(master, "k")).toEqual(["a:1"]);
  expect(preferredCounts(master)).toEqual([0, 1]);
});

test("puts without a preference, and puts that find no space, are not counted", () => {
  const master = threeSegments(0);
  master.put(["k"], 100);
  master.put(["huge"], 5000, { preferred_segments: ["a:1"] });
  expect(preferredCounts(master)).toEqual([0, 0]);
});

test("copies go to distinct segments, and fewer than asked are accepted", () => {
  const master = threeSegments(2);
  master.put(["two"], 100, { replica_num: 2 });
  expect(segmentsOf(master, "two")).toEqual(["c:1", "a:1"]);
  master.put(["five"], 100, { replica_num: 5, preferred_segments: ["b:1"] });
  expect(segmentsOf(master, "five")).toEqual(["b:1", "c:1", "a:1"]);
});

test("free_ratio_first compares ratios, not bytes", () => {
  const master = new TestMaster({ allocation: "free_ratio_first" });
  master.mount("small", 1024);
  master.mount("large", 10_240);
  master.put(["first"], 1024, { preferred_segments: ["large:1"] }); // free: small 1024 of 1024, large 9216 of 10240
  master.put(["second"], 512);
  expect(segmentsOf(master, "second")).toEqual(["small:1"]); // 1.0 against 0.9
  master.put(["third"], 512);
  expect(segmentsOf(master, "third")).toEqual(["large:1"]); // 0.5 against 0.9
});

test("local_first starts at the writer's node and goes round", () => {
  const master = threeSegments(0, { allocation: "local_first" });
  const segmentFor = (key: string, client_id: string): string | undefined =>
    master.putStart([key], 600, {}, client_id)[0]?.replicas[0]?.segment_name;
  expect(segmentFor("k0", "b/prefill-0")).toBe("b:1");
  expect(segmentFor("k1", "owner-b")).toBe("c:1"); // the client that mounted b; b is full
  expect(segmentFor("k2", "elsewhere")).toBe("a:1"); // unknown node: random start
});

test("ssd_free_ratio_first takes the owner with the emptiest disk; one whose size is not known counts as empty", () => {
  const master = new TestMaster({ allocation: "ssd_free_ratio_first", enable_offload: true });
  for (const node of ["a", "b", "c"]) master.mount(node, 20_000);
  for (const node of ["a", "b"]) master.heartbeat(node); // disks of 10,000 bytes
  master.answer("a", [{ key: "x", bytes: 5_000 }]); // half full
  master.answer("b", [{ key: "y", bytes: 1_000 }]);
  const segment = (key: string): string | undefined =>
    master.putStart([key], 100)[0]?.replicas[0]?.segment_name;
  expect(segment("k0")).toBe("c:1");
  master.heartbeat("c");
  master.answer("c", [{ key: "z", bytes: 9_000 }]);
  expect(segment("k1")).toBe("b:1"); // free: a 0.5, b 0.9, c 0.1
  master.core.handle(
    { op: "notify_disk_evicted", client_id: "owner-a", segment_name: "a:1", keys: ["x"] },
    master.now_ns,
  );
  expect(segment("k2")).toBe("a:1");
});
