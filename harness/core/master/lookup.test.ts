import { expect, test } from "bun:test";
import type { BlockHash } from "../../domain/block_hash.ts";
import { keyStrings } from "../../domain/block_key_batch.ts";
import { blockObjectKey } from "../../domain/object_key.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { TestMaster } from "./test_master.ts";

function withKey(): TestMaster {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.put(["k"], 100);
  return master;
}

function leasedAt(master: TestMaster, ms: number): boolean | undefined {
  return master.core.queryKey("k", ms * 1e6)?.leased;
}

test("put grants no lease; exist and get grant one of the TTL", () => {
  const master = withKey();
  expect(leasedAt(master, 0)).toBe(false);
  master.exist("k");
  expect(leasedAt(master, 9_999)).toBe(true);
  expect(leasedAt(master, 10_000)).toBe(false);
  master.at(5_000);
  expect(master.get("k").lease_ttl_ms).toBe(10_000);
  expect(leasedAt(master, 14_999)).toBe(true);
  expect(leasedAt(master, 15_000)).toBe(false);
});

test("a lease is never shortened", () => {
  const master = withKey();
  master.core.handle({ op: "batch_exist", keys: ["k"] }, 5_000 * 1e6); // until 15 s
  master.core.handle({ op: "batch_exist", keys: ["k"] }, 1_000 * 1e6); // an earlier clock: until 11 s
  expect(leasedAt(master, 14_999)).toBe(true);
});

test("gets count asked, found, and the tier of the first copy", () => {
  const master = withKey();
  master.putStart(["writing"], 100);
  expect(master.get("none").code).toBe(STORE_CODE.OBJECT_NOT_FOUND);
  expect(master.get("writing").code).toBe(STORE_CODE.REPLICA_IS_NOT_READY);
  expect(master.get("k").replicas).toEqual([
    { tier: "cpu", segment_name: "a:1", generation: 1, offset: 0, bytes: 100 },
  ]);
  const stats = master.core.stats(0);
  expect([stats.total_get_nums, stats.valid_get_nums]).toEqual([3, 1]);
  expect([stats.mem_cache_hit_nums, stats.file_cache_hit_nums]).toEqual([1, 0]);
});

test("a batch answers in the order asked, a key twice included", () => {
  const master = withKey();
  expect(master.exist("none", "k", "k", "none")).toEqual([0, 1, 1, 0]);
});

test("keys laid end to end are looked up as a list of them is, leases included", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.put(["k", "kk"], 100);
  const keys = { text: "kkkk", bounds: [0, 1, 1, 3, 4] }; // "k", "", "kk", "k"
  expect(master.core.handle({ op: "batch_exist", keys }, 0).codes).toEqual([1, 0, 1, 1]);
  expect(master.remove("kk")).toBe(STORE_CODE.OBJECT_HAS_LEASE);
});

test("keys of blocks are looked up as the strings of them are, leases included", () => {
  const master = new TestMaster();
  master.mount("a", 1024);
  const spaces = ["m@", "n@"].map((prefix) => ({
    prefix,
    of: (hash: BlockHash) => blockObjectKey(prefix, hash),
  }));
  const hashes = [1, 2 ** 52 + 5, 3] as BlockHash[];
  const keys = { spaces, hashes, first_block: 1, length: 4 };
  const [second_m = "", second_n = "", third_m = "", third_n = ""] = keyStrings(keys);
  master.put([second_m, third_n, "m@00000000000001"], 100);
  expect(master.core.handle({ op: "batch_exist", keys }, 0).codes).toEqual([1, 0, 0, 1]);
  expect(master.exist(second_m, second_n, third_m, third_n)).toEqual([1, 0, 0, 1]);
  expect(master.core.queryKey(third_n, 0)?.leased).toBe(true);
  expect(master.core.queryKey("m@00000000000001", 0)?.leased).toBe(false);
});
