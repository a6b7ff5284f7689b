import { expect, test } from "bun:test";
import { TestMaster } from "./test_master.ts";

test("requests are counted by op; a batch fails when each of its keys does", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.put(["k"], 100);
  master.putEnd(["k", "none"]);
  master.putEnd(["none"]);
  master.get("none");
  master.remove("none");
  const { requests, failures } = master.core.stats(0);
  expect([requests.batch_put_end, failures.batch_put_end]).toEqual([3, 1]);
  expect([requests.batch_get_replicas, failures.batch_get_replicas]).toEqual([1, 1]);
  expect([requests.remove, failures.remove]).toEqual([1, 1]);
  expect([requests.mount_segment, failures.mount_segment]).toEqual([1, 0]);
  expect(requests.batch_exist).toBe(0);
});

test("looking at a key as the operator grants no lease", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.put(["k"], 100);
  expect(master.core.queryKey("k", 0)).toEqual({
    key: "k",
    bytes: 100,
    readable: true,
    leased: false,
    replicas: [{ tier: "cpu", segment_name: "a:1", generation: 1, offset: 0, bytes: 100 }],
  });
  expect(master.core.queryKey("k", 0)?.leased).toBe(false);
  expect(master.core.queryKey("none", 0)).toBeUndefined();
});

test("without a segment nothing fits and nothing breaks", () => {
  const master = new TestMaster();
  expect(master.putStart(["k"], 100)[0]?.code).toBe(-200);
  master.at(10);
  expect(master.core.stats(0).total_capacity_bytes).toBe(0);
});
