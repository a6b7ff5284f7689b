import { expect, test } from "bun:test";
import { mergeTrees, treeOfPath, valueAtPath } from "./config_tree.ts";

test("layers merge object by object and leave both sides as they were", () => {
  const base = { store: { tiers: "hbm", disk: { path: "/a" } } };
  const over = { store: { disk: { path: null } } };
  expect(mergeTrees(base, over)).toEqual({ store: { tiers: "hbm", disk: { path: null } } });
  expect(base).toEqual({ store: { tiers: "hbm", disk: { path: "/a" } } });
});

test("another workload replaces the one below, the same one is merged", () => {
  const base = { workload: { sessions: 4 } };
  expect(mergeTrees(base, { workload: { name: "mooncake_trace" } })).toEqual({
    workload: { name: "mooncake_trace" },
  });
  expect(mergeTrees(base, { workload: { name: "multi_turn" } })).toEqual({
    workload: { sessions: 4, name: "multi_turn" },
  });
});

test("a path is written and read back", () => {
  const tree = treeOfPath("store.disk.path", "/a");
  expect(tree).toEqual({ store: { disk: { path: "/a" } } });
  expect(valueAtPath(tree, ["store", "disk", "path"])).toBe("/a");
  expect(valueAtPath(tree, ["store", "nothing", "path"])).toBeUndefined();
});
