import { expect, test } from "bun:test";
import { configDifferences, unexpectedDifferences } from "./config_diff.ts";

const BASE = { topology: "1p1d", store: { tiers: "hbm", disk: { path: null, heartbeat_ms: 1000 } } };
const FASTER = { topology: "1p1d", store: { tiers: "hbm", disk: { path: null, heartbeat_ms: 200 } } };
const OTHER_TIERS = {
  topology: "1p1d",
  store: { tiers: "hbm+cpu", disk: { path: "/d", heartbeat_ms: 200 } },
};

test("equal configurations differ in nothing", () => {
  expect(configDifferences([BASE, structuredClone(BASE)])).toEqual([]);
});

test("each differing setting is listed with its value in every arm", () => {
  expect(configDifferences([BASE, FASTER, OTHER_TIERS])).toEqual([
    { path: "store.tiers", values: ["hbm", "hbm", "hbm+cpu"] },
    { path: "store.disk.path", values: [null, null, "/d"] },
    { path: "store.disk.heartbeat_ms", values: [1000, 200, 200] },
  ]);
});

test("a setting that one arm lacks is a difference", () => {
  expect(configDifferences([{ a: 1 }, {}])).toEqual([{ path: "a", values: [1, undefined] }]);
});

test("only the declared path may differ", () => {
  expect(unexpectedDifferences([BASE, FASTER], "store.disk.heartbeat_ms")).toEqual([]);
  expect(unexpectedDifferences([BASE, FASTER], "store.tiers").map(({ path }) => path)).toEqual([
    "store.disk.heartbeat_ms",
  ]);
  expect(unexpectedDifferences([BASE, FASTER], null)).toHaveLength(1);
});
