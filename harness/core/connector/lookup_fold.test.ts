import { expect, test } from "bun:test";
import { foldLookup, lookupBlocks } from "./lookup_fold.ts";

test("the hit ends at the first block that is missing", () => {
  expect(foldLookup([1, 1, 0, 1], 1, "min_over_ranks")).toBe(2);
  expect(foldLookup([1, 1, 1], 1, "min_over_ranks")).toBe(3);
});

test("a failed lookup is no hit", () => {
  expect(foldLookup([-900, -900], 1, "min_over_ranks")).toBe(0);
  expect(foldLookup([1, -900], 1, "rank0")).toBe(1);
});

test("the first block missing on any rank truncates, unless only rank 0 is asked", () => {
  // Blocks 0, 1, 2 over two ranks; rank 1 lacks block 1.
  const codes = [1, 1, 1, 0, 1, 1];
  expect(foldLookup(codes, 2, "min_over_ranks")).toBe(1);
  expect(foldLookup(codes, 2, "rank0")).toBe(3);
});

test("the last token is left to compute, so a prompt of whole blocks asks for one block less", () => {
  expect(lookupBlocks(100, 16)).toBe(6); // 96 of 100 tokens
  expect(lookupBlocks(96, 16)).toBe(5); // floor(95 / 16)
  expect(lookupBlocks(16, 16)).toBe(0);
  expect(lookupBlocks(17, 16)).toBe(1);
});
