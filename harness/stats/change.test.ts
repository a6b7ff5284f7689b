import { expect, test } from "bun:test";
import { changeOf } from "./change.ts";

test("times and rates change by percent of the baseline, ratios by percentage points", () => {
  expect(changeOf(80, 60, "percent")).toBe(-25);
  expect(changeOf(0.25, 0.5, "points")).toBe(25);
});

test("a baseline of zero has no percentage, and points", () => {
  expect(changeOf(0, 3, "percent")).toBeNull();
  expect(changeOf(0, 0.5, "points")).toBe(50);
});
