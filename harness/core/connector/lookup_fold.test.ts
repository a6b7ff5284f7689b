import { expect, test } from "bun:test";
import { foldLookup, lookupBlocks } from "./lookup_fold.ts";

test("spec §1.3: the hit ends at the first block that is missing", () => {
  expect(foldLookup([1, 1, 0, 1], 1)).toBe(2);
  expect(foldLookup([1, 1, 1], 1)).toBe(3);
});

test("spec §1.3: a failed lookup is no hit", () => {
  expect(foldLookup([-900, -900], 1)).toBe(0);
  expect(foldLookup([1, -900], 1)).toBe(1);
});

test("spec §1.3: the first block missing on one rank truncates", () => {
  // Blocks 0, 1, 2 in two namespaces; the second lacks block 1.
  expect(foldLookup([1, 1, 1, 0, 1, 1], 2)).toBe(1);
  expect(foldLookup([1, 1, 1, 1, 1, 1], 2)).toBe(3);
});

test("spec §1.3: the last token is left to compute, so a prompt of whole blocks asks for one block less", () => {
  expect(lookupBlocks(100, 16)).toBe(6); // 96 of 100 tokens
  expect(lookupBlocks(96, 16)).toBe(5); // floor(95 / 16)
  expect(lookupBlocks(16, 16)).toBe(0);
  expect(lookupBlocks(17, 16)).toBe(1);
});
