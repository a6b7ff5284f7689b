import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { numbered, TestMaster } from "./test_master.ts";

// A segment of 2000 bytes holds 20 objects of 100; 0.9 of it are 18 objects.
function filled(count: number, overrides: ConstructorParameters<typeof TestMaster>[0] = {}): TestMaster {
  const master = new TestMaster(overrides);
  master.mount("a", 2000);
  master.put(numbered("k", count), 100);
  return master;
}

test("at the watermark nothing goes, above it a tick evicts ceil(base × target)", () => {
  const at = filled(18);
  at.at(10);
  expect(at.keys().length).toBe(18);
  const above = filled(19);
  above.at(10); // used 0.95: target = max(0.05, 0.95 − 0.9 + 0.05) = 0.1; ceil(19 × 0.1) = 2
  expect(above.keys().length).toBe(17);
  const stats = above.core.stats(above.now_ns);
  expect([stats.evicted_key_count, stats.evicted_size_bytes, stats.allocated_bytes]).toEqual([2, 200, 1700]);
});

test("who was read longest ago goes first, never read before all, in order of put", () => {
  const master = filled(19);
  for (const [i, key] of ["k3", "k1", "k0"].entries()) {
    master.now_ns = (i + 1) * 1e9;
    master.exist(key); // leases end at 11, 12, 13 s
  }
  master.at(20_000);
  expect(master.keys()).not.toContain("k2"); // the first two that nobody read
  expect(master.keys()).not.toContain("k4");
  expect(master.keys().length).toBe(17);
});

test("among read ones the lease that ended first goes first", () => {
  const master = new TestMaster({ eviction_ratio: 0.1 });
  master.mount("a", 2000);
  master.put(["x", "y", "z"], 600); // used 0.9
  for (const [i, key] of ["y", "x", "z", "y"].entries()) {
    master.now_ns = (i + 1) * 1e9;
    master.exist(key); // y is renewed: x, z, y
  }
  master.at(30_000);
  master.put(["w"], 150); // 0.975: target 0.175, ceil(4 × 0.175) = 1: w itself, never read, goes first
  master.at(30_010);
  expect(master.keys()).toEqual(["x", "y", "z"]);
  master.put(["v"], 150);
  master.exist("v");
  master.at(30_020);
  expect(master.keys()).toEqual(["y", "z", "v"]);
});

test("with long leases the pool stays above the watermark and nothing is evicted", () => {
  const master = filled(19, { lease_ttl_ms: 1_800_000 });
  master.exist(...master.keys());
  for (const ms of [10, 1_000, 600_000, 1_799_990]) master.at(ms);
  expect(master.keys().length).toBe(19);
  master.at(1_800_000);
  expect(master.keys().length).toBe(17);
});

test("leased objects count in the base but stay", () => {
  const master = filled(19);
  master.exist(...numbered("k", 18)); // all but k18
  master.at(10); // two should go, one may
  expect(master.keys()).toEqual(numbered("k", 18));
});

test("hard-pinned objects never go and are not in the base", () => {
  const master = new TestMaster();
  master.mount("a", 2000);
  master.put(numbered("h", 15), 100, { hard_pin: true });
  master.put(numbered("k", 4), 100); // used 0.95, base 4: ceil(4 × 0.1) = 1
  for (let ms = 10; ms <= 100; ms += 10) master.at(ms);
  expect(master.keys()).toEqual([...numbered("h", 15), "k1", "k2", "k3"]); // 0.9 after one
});

test("soft-pinned objects go only in the second pass, after every ordinary one", () => {
  const master = new TestMaster();
  master.mount("a", 2000);
  master.put(numbered("s", 18), 100, { soft_pin: true });
  master.put(["k"], 100);
  // used 0.95: target 0.1, pass 1: ceil(19 × 0.1) = 2 wanted, only k goes; lower 0.05: ceil(19 × 0.05) = 1, reached.
  master.at(10);
  expect(master.keys()).toEqual(numbered("s", 18));
  master.put(["h"], 100, { hard_pin: true });
  master.at(20); // pass 2: ceil(18 × 0.05) − 0 = 1
  expect(master.keys()).toEqual([...numbered("s", 18).slice(1), "h"]);
});

test("soft-pinned objects stay when they may not be evicted, and are ordinary after their TTL", () => {
  const master = new TestMaster({ allow_evict_soft_pinned_objects: false, soft_pin_ttl_ms: 60_000 });
  master.mount("a", 2000);
  master.put(numbered("s", 19), 100, { soft_pin: true });
  master.at(59_999);
  expect(master.core.stats(master.now_ns).soft_pin_key_count).toBe(19);
  expect(master.keys().length).toBe(19);
  master.at(60_000);
  expect(master.keys().length).toBe(17);
  expect(master.core.stats(master.now_ns).soft_pin_key_count).toBe(0);
});

/** 100 soft-pinned objects in half of the memory, and eviction woken by a put that found no space. */
function softPinnedAndWoken(now_ms: number): TestMaster {
  const master = new TestMaster();
  master.mount("a", 20_000);
  master.put(numbered("s", 100), 100, { soft_pin: true });
  master.putStart(["w0", "w1"], 100);
  master.now_ns = now_ms * 1e6;
  master.putStart(["big"], 15_000);
  master.at(now_ms);
  return master;
}

test("the second pass stops at half of the target", () => {
  // used 0.51: target 0.05, lower max(0.025, −0.39); ceil(100 × 0.025) = 3
  expect(softPinnedAndWoken(1_000).core.stats(0).evicted_key_count).toBe(3);
});

test("unfinished puts released in the same tick count towards the second pass", () => {
  expect(softPinnedAndWoken(600_000).core.stats(0).evicted_key_count).toBe(3 - 2);
});

test("reads do not extend a soft pin", () => {
  const master = new TestMaster({ allow_evict_soft_pinned_objects: false, soft_pin_ttl_ms: 60_000 });
  master.mount("a", 2000);
  master.put(numbered("s", 19), 100, { soft_pin: true });
  master.now_ns = 40_000 * 1e6;
  master.exist("s0"); // lease until 50 s
  master.at(60_000);
  expect(master.keys().length).toBe(17);
});

test("a put without space wakes eviction below the watermark", () => {
  const master = filled(10);
  expect(master.put(["big"], 1100)).toBe(STORE_CODE.NO_AVAILABLE_HANDLE);
  master.at(10); // used 0.5: target = max(0.05, −0.35) = 0.05; ceil(10 × 0.05) = 1
  expect(master.keys().length).toBe(9);
  master.at(20); // and not again
  expect(master.keys().length).toBe(9);
});

test("an object whose lease was renewed after it came into the order is passed over", () => {
  const master = filled(19);
  for (let second = 1; second <= 60; second++) {
    master.now_ns = second * 1e9;
    master.exist("k0", "k1");
  }
  master.at(60_000);
  expect(master.exist("k0", "k1", "k2", "k3")).toEqual([1, 1, 0, 0]);
});

test("a large eviction is spread over ticks, and its target is decided once", () => {
  const master = new TestMaster({ eviction_high_watermark_ratio: 0.9, eviction_ratio: 0.7 });
  master.mount("a", 3000);
  const keys = Array.from({ length: 3000 }, (_, i) => `k${i}`);
  expect(master.put(keys, 1)).toBe(0);
  // Full: target = 1 − 0.9 + 0.7 = 0.8 of 3000 = 2400 objects, of which one tick looks at 2048.
  const left: number[] = [];
  for (const ms of [10, 20, 30]) {
    master.at(ms);
    left.push(master.keys().length);
  }
  expect(left).toEqual([3000 - 2048, 600, 600]);
  expect(master.keys()[0]).toBe("k2400");
});
