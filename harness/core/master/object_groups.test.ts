import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { numbered, TestMaster } from "./test_master.ts";

const FOUR = numbered("g", 4);
const ONE_GROUP = { group_ids: FOUR.map(() => "conversation") };

/** A segment of 20 objects holds the group g0 … g3 and 15 others, put after it: 0.95 used. */
function groupAndOthers(): TestMaster {
  const master = new TestMaster();
  master.mount("a", 2000);
  master.put(FOUR, 100, ONE_GROUP);
  master.put(numbered("k", 15), 100);
  return master;
}

test("a group goes whole when its first member's turn comes, also beyond the target", () => {
  const master = groupAndOthers();
  master.at(10); // ceil(19 × 0.1) = 2 are due: g0 takes its whole group with it
  expect(master.keys()).toEqual(numbered("k", 15));
  expect(master.core.stats(master.now_ns).evicted_key_count).toBe(4);
});

test("one leased member keeps its group; others go in its place", () => {
  const master = groupAndOthers();
  master.exist("g3"); // leased until 10 s
  master.at(10);
  expect(master.keys()).toEqual([...FOUR, ...numbered("k", 15).slice(2)]);
});

test("a group that was kept is due again when the last lease of its members has ended", () => {
  const master = groupAndOthers();
  master.exist("g3", ...numbered("k", 15)); // everything but g0, g1, g2 is leased until 10 s
  for (const ms of [10, 20, 9_990]) master.at(ms);
  expect(master.keys().length).toBe(19);
  master.at(10_000);
  expect(master.keys()).not.toContain("g0");
  expect(master.keys()).not.toContain("g3");
});

test("many members of leased groups do not keep a tick from finding what may go", () => {
  const master = new TestMaster();
  master.mount("a", 5000);
  // 2100 pairs, of each of which one member is leased: more than the 2048 objects that a tick looks at.
  for (let i = 0; i < 2100; i++) master.put([`x${i}`, `y${i}`], 1, { group_ids: [`p${i}`, `p${i}`] });
  master.exist(...numbered("y", 2100));
  master.put(numbered("k", 400), 1); // used 0.92
  for (const ms of [10, 20, 30, 40]) master.at(ms);
  const keys = master.keys();
  expect(keys.filter((key) => key.startsWith("k")).length).toBeLessThan(400);
  expect(keys.filter((key) => !key.startsWith("k")).length).toBe(4200);
});

test("hard-pinned members stay when their group goes", () => {
  const master = new TestMaster();
  master.mount("a", 2000);
  master.put(["h"], 100, { hard_pin: true, group_ids: ["conversation"] });
  master.put(FOUR, 100, ONE_GROUP);
  master.put(numbered("k", 14), 100);
  master.at(10);
  expect(master.keys()).toEqual(["h", ...numbered("k", 14)]);
});

test("soft-pinned members stay in the first pass, and take the others with them in the second", () => {
  const master = new TestMaster();
  master.mount("a", 2000);
  master.put(["s"], 100, { soft_pin: true, group_ids: ["conversation"] });
  master.put(FOUR, 100, ONE_GROUP);
  master.put(numbered("h", 14), 100, { hard_pin: true });
  master.at(10); // base 5, ceil(5 × 0.1) = 1: g0 and with it g1, g2, g3
  expect(master.keys()).toEqual(["s", ...numbered("h", 14)]);
});

test("a removed member is no longer of its group, and a new object of its key has the group it was put with", () => {
  const master = groupAndOthers();
  expect(master.remove("g3")).toBe(STORE_CODE.OK);
  master.put(["g3"], 100); // ungrouped now
  master.exist("g3");
  master.at(10);
  expect(master.keys()).toEqual([...numbered("k", 15), "g3"]);
});

test("a list of groups that is not as long as the batch refuses every object of it", () => {
  const master = new TestMaster();
  master.mount("a", 2000);
  const codes = master.putStart(["x", "y"], 100, { group_ids: ["g"] }).map(({ code }) => code);
  expect(codes).toEqual([STORE_CODE.INVALID_PARAMS, STORE_CODE.INVALID_PARAMS]);
  expect(master.keys()).toEqual([]);
});
