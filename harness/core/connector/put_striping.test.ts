import { expect, test } from "bun:test";
import { isTurnOf, type PutTurns } from "./put_striping.ts";

/** Indices into a save of `blocks` blocks that are the rank's turn. */
function blocksOfRank(
  tp_rank: number,
  put_step: number,
  blocks: number,
  first_block: number,
  turns: PutTurns,
): number[] {
  const indices = Array.from({ length: blocks }, (_, index) => index);
  return indices.filter((index) => isTurnOf(tp_rank, put_step, index, first_block, turns));
}

test("spec §1.2: every block is put by exactly one of the ranks that hold it, wherever its save begins", () => {
  for (const turns of ["by_prompt", "by_batch"] as const) {
    for (const first_block of [0, 1, 5]) {
      const all = [0, 1].flatMap((rank) => blocksOfRank(rank, 2, 5, first_block, turns));
      expect(all.sort()).toEqual([0, 1, 2, 3, 4]);
    }
  }
});

test("turns count from the prompt's start, or from each save's as in vllm_2026_05", () => {
  // A save of blocks 3, 4 and 5: rank 1 of 2 has the odd ones of the prompt, or the second of the save.
  expect(blocksOfRank(1, 2, 3, 3, "by_prompt")).toEqual([0, 2]);
  expect(blocksOfRank(1, 2, 3, 3, "by_batch")).toEqual([1]);
});

test("ranks of other heads have the same turns, and one rank alone has all", () => {
  expect(blocksOfRank(3, 2, 4, 0, "by_prompt")).toEqual(blocksOfRank(1, 2, 4, 0, "by_prompt"));
  expect(blocksOfRank(2, 1, 3, 0, "by_prompt")).toEqual([0, 1, 2]);
});
