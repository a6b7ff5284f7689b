import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { TestMaster } from "./test_master.ts";

/** free: removable; leased: read just now; writing: not ended; pinned: hard pin. */
function fourKinds(): TestMaster {
  const master = new TestMaster();
  master.mount("a", 1024);
  master.put(["free", "leased"], 100);
  master.put(["pinned"], 100, { hard_pin: true });
  master.putStart(["writing"], 100);
  master.exist("leased");
  return master;
}

function removeAll(master: TestMaster, force: boolean): number {
  return master.core.handle({ op: "remove_all", force }, master.now_ns).removed;
}

test("remove: missing, leased and unfinished keys are refused; force only overrides the lease", () => {
  const master = fourKinds();
  expect(master.remove("none")).toBe(STORE_CODE.OBJECT_NOT_FOUND);
  expect(master.remove("leased")).toBe(STORE_CODE.OBJECT_HAS_LEASE);
  expect(master.remove("writing")).toBe(STORE_CODE.REPLICA_IS_NOT_READY);
  expect(master.remove("writing", true)).toBe(STORE_CODE.REPLICA_IS_NOT_READY);
  expect(master.remove("free")).toBe(STORE_CODE.OK);
  expect(master.remove("pinned")).toBe(STORE_CODE.OK);
  expect(master.remove("leased", true)).toBe(STORE_CODE.OK);
  expect(master.core.stats(0).allocated_bytes).toBe(100); // "writing"
});

test("remove_all counts what it removed: pinned too, leased only by force, unfinished never", () => {
  const gentle = fourKinds();
  expect(removeAll(gentle, false)).toBe(2);
  expect(gentle.keys()).toEqual(["leased", "writing"]);
  const forced = fourKinds();
  expect(removeAll(forced, true)).toBe(3);
  expect(forced.keys()).toEqual(["writing"]);
  expect(forced.put(["free"], 100)).toBe(STORE_CODE.OK);
});

test("remove_by_regex matches anywhere in the key and follows the same rules", () => {
  const master = fourKinds();
  const removeMatching = (pattern: string): { code: number; removed: number } =>
    master.core.handle({ op: "remove_by_regex", pattern, force: false }, 0);
  expect(removeMatching("e")).toEqual({ code: 0, removed: 2 }); // of free, leased, pinned: not leased
  expect(removeMatching("^nothing$")).toEqual({ code: 0, removed: 0 });
  expect(removeMatching("(").code).toBe(STORE_CODE.INVALID_PARAMS);
  expect(master.keys()).toEqual(["leased", "writing"]);
});

test("a removed lease does not protect the next object of the same key", () => {
  const master = fourKinds();
  master.remove("leased", true);
  master.put(["leased"], 100);
  expect(master.remove("leased")).toBe(STORE_CODE.OK);
});
