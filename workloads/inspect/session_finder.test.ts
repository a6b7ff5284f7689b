import { expect, test } from "bun:test";
import { type FoundTurn, SessionFinder } from "./session_finder.ts";

/** Blocks of 10 tokens: [blocks, input tokens]. */
function place(...prompts: readonly (readonly [readonly number[], number])[]): string[] {
  const finder = new SessionFinder(10);
  const name = ({ session, turn_index }: FoundTurn): string => `${session}/${turn_index}`;
  return prompts.map(([blocks, input_tokens]) => name(finder.place(blocks, input_tokens)));
}

test("a longer prompt with all full blocks of another continues its session, turn after turn", () => {
  // 25 tokens: blocks 0 and 1 are full, 2 is not and comes back as another id, filled.
  expect(place([[0, 1, 2], 25], [[9], 5], [[0, 1, 3, 4], 38], [[0, 1, 3, 5], 40])).toEqual([
    "0/0",
    "1/0",
    "0/1",
    "0/2",
  ]);
});

test("what many prompts open with joins nobody: the block is no one's own", () => {
  // Block 0 is a system prompt. The second prompt holds all full blocks of the first and could continue it; the fourth may not.
  expect(place([[0, 1], 12], [[0, 2], 12], [[0, 3], 13], [[0, 3, 4], 21])).toEqual([
    "0/0",
    "1/0",
    "2/0",
    "3/0",
  ]);
});

test("a prompt is continued once; a second continuation, and the same prompt again, are sessions of their own", () => {
  expect(place([[0, 1], 20], [[0, 1, 2], 30], [[0, 1, 3], 30], [[0, 1, 2], 30])).toEqual([
    "0/0",
    "0/1",
    "1/0",
    "2/0",
  ]);
});

test("prompts shorter than a block are sessions of one turn", () => {
  expect(place([[0], 9], [[0], 9])).toEqual(["0/0", "1/0"]);
});
