import { expect, test } from "bun:test";
import { wrapText } from "./wrap_text.ts";

test("lines break between words", () => {
  expect(wrapText("run four more pairs", 9)).toEqual(["run four", "more", "pairs"]);
});

test("a name that does not fit breaks behind its punctuation, else anywhere", () => {
  expect(wrapText("output_tokens_per_s", 14)).toEqual(["output_tokens_", "per_s"]);
  expect(wrapText("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
});

test("no line is wider than asked, and no character but spaces is lost", () => {
  const text = "preferred_segment=local against tiers=hbm+cpu+disk,level_10 in a very_long_scenario_name";
  for (let width = 3; width <= 40; width++) {
    const lines = wrapText(text, width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  }
});

test("empty text is one empty line", () => {
  expect(wrapText("", 10)).toEqual([""]);
});
