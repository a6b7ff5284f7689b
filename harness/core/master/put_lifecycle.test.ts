import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { TestMaster } from "./test_master.ts";

function mounted(): TestMaster {
  const master = new TestMaster();
  master.mount("a", 1000 + 24); // a segment has at least 1 KiB
  return master;
}

test("an object is readable from put end on, not before", () => {
  const master = mounted();
  const [target] = master.putStart(["k"], 100);
  expect(target).toEqual({
    code: 0,
    replicas: [{ tier: "cpu", segment_name: "a:1", generation: 1, offset: 0, bytes: 100 }],
  });
  expect(master.exist("k")).toEqual([0]);
  expect(master.get("k").code).toBe(STORE_CODE.REPLICA_IS_NOT_READY);
  expect(master.putEnd(["k"])).toEqual([0]);
  expect(master.exist("k")).toEqual([1]);
});

test("a key that is stored, or being written for less than the discard time, already exists", () => {
  const master = mounted();
  master.put(["stored"], 100);
  master.putStart(["writing"], 100);
  master.at(29_999);
  expect(master.putStart(["stored", "writing"], 100).map(({ code }) => code)).toEqual([
    STORE_CODE.OBJECT_ALREADY_EXISTS,
    STORE_CODE.OBJECT_ALREADY_EXISTS,
  ]);
});

test("a put that is 30 s old is replaced, and its space comes back 600 s after its start", () => {
  const master = mounted();
  master.putStart(["k"], 100, {}, "dead-writer");
  master.at(30_000);
  const [target] = master.putStart(["k"], 100, {}, "writer");
  expect(target?.replicas[0]?.offset).toBe(100); // [0, 100) still belongs to the old writer
  expect(master.putEnd(["k"], "dead-writer")).toEqual([STORE_CODE.ILLEGAL_CLIENT]);
  expect(master.putEnd(["k"], "writer")).toEqual([0]);
  master.at(599_999);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(200);
  master.at(600_000);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(100);
  expect(master.exist("k")).toEqual([1]);
});

test("a put that nobody ends or replaces is forgotten after the release time", () => {
  const master = mounted();
  master.putStart(["k"], 100);
  master.at(600_000);
  expect(master.keys()).toEqual([]);
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(0);
  expect(master.putEnd(["k"])).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
});

test("end and revoke answer per key: missing, another client's, repeated", () => {
  const master = mounted();
  master.putStart(["mine", "done"], 100);
  master.putEnd(["done"]);
  expect(master.putEnd(["none", "done"])).toEqual([STORE_CODE.OBJECT_NOT_FOUND, STORE_CODE.OK]);
  expect(master.putEnd(["mine"], "stranger")).toEqual([STORE_CODE.ILLEGAL_CLIENT]);
  const revoke = (key: string, client_id: string): readonly number[] =>
    master.core.handle({ op: "batch_put_revoke", client_id, keys: [key] }, 0).codes;
  expect(revoke("none", "writer")).toEqual([STORE_CODE.OBJECT_NOT_FOUND]);
  expect(revoke("mine", "stranger")).toEqual([STORE_CODE.ILLEGAL_CLIENT]);
  expect(revoke("done", "writer")).toEqual([STORE_CODE.INVALID_WRITE]);
  expect(revoke("mine", "writer")).toEqual([STORE_CODE.OK]);
  expect(master.keys()).toEqual(["done"]);
  expect(master.core.stats(0).allocated_bytes).toBe(100);
});

test("puts of nothing, of no copy, or under a key that is no key are refused one by one", () => {
  const master = mounted();
  expect(master.put([""], 100)).toBe(STORE_CODE.INVALID_PARAMS);
  expect(master.put(["k"], 0)).toBe(STORE_CODE.INVALID_PARAMS);
  expect(master.put(["k"], 100, { replica_num: 0 })).toBe(STORE_CODE.INVALID_PARAMS);
  expect(master.put(["x".repeat(1024)], 100)).toBe(STORE_CODE.OK);
  expect(master.put(["x".repeat(1025)], 100)).toBe(STORE_CODE.INVALID_KEY);
  expect(master.put(["ä".repeat(513)], 100)).toBe(STORE_CODE.INVALID_KEY); // 513 × 2 bytes in UTF-8
  expect(master.put(["ä".repeat(512)], 100)).toBe(STORE_CODE.OK);
});

test("one key of a batch that finds no space fails alone", () => {
  const master = mounted(); // 1024 bytes: two of 400 fit
  const codes = master.putStart(["a", "b", "c"], 400).map(({ code }) => code);
  expect(codes).toEqual([0, 0, STORE_CODE.NO_AVAILABLE_HANDLE]);
  expect(master.core.stats(0).put_start_alloc_failures).toBe(1);
  expect(master.keys()).toEqual(["a", "b"]);
});

test("a full table refuses new keys with KEYS_ULTRA_LIMIT, and takes them once there is room", () => {
  const master = new TestMaster({ object_limit: 2 });
  master.mount("a", 2000);
  expect(master.put(["x", "y"], 100)).toBe(STORE_CODE.OK);
  expect(master.put(["z"], 100)).toBe(STORE_CODE.KEYS_ULTRA_LIMIT);
  expect(master.put(["x"], 100)).toBe(STORE_CODE.OBJECT_ALREADY_EXISTS);
  master.remove("x");
  expect(master.put(["z"], 100)).toBe(STORE_CODE.OK);
});
