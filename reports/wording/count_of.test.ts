import { expect, test } from "bun:test";
import { countOf } from "./count_of.ts";

test("one is singular, and nouns that end in s have one form", () => {
  expect([0, 1, 2].map((count) => countOf(count, "pair"))).toEqual(["0 pairs", "1 pair", "2 pairs"]);
  expect([1, 2].map((count) => countOf(count, "series"))).toEqual(["1 series", "2 series"]);
});
