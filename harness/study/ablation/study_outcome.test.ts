import { expect, test } from "bun:test";
import { buildCells } from "./build_cells.ts";
import { studyFixture } from "./study_fixture.ts";
import { type StudyOutcome, studyOutcome } from "./study_outcome.ts";
import type { CellResult } from "./study_store.ts";

const STUDY = {
  ...studyFixture(),
  factors: [{ name: "preferred_segment", levels: ["off", "local"] }],
};

/** ttft_ms: [blocks][cells] */
function outcomeOf(ttft_ms: readonly (readonly number[])[]): StudyOutcome {
  const cells = buildCells(STUDY, { topology: "2p1d" });
  if (!cells.ok) throw new Error("the fixture's cells are valid");
  const results = ttft_ms.flatMap((of_block, block_index) =>
    of_block.map(
      (ttft_ms_mean, cell_index): CellResult => ({
        ...{ block_index, cell_index, cell: "", valid: true, problems: [], run_path: "", elapsed_s: 1 },
        values: { ttft_ms_mean },
      }),
    ),
  );
  return studyOutcome(STUDY, "sim", cells.value, results, () => null, { real: [], modelled: [] });
}

test("blocks that all gave the same figures are alike, whatever their cells did", () => {
  expect(
    outcomeOf([
      [100, 90],
      [100, 90],
    ]).blocks_alike,
  ).toBe(true);
  expect(
    outcomeOf([
      [100, 90],
      [100, 91],
    ]).blocks_alike,
  ).toBe(false);
});

test("means are over blocks, and every change that is claimed has its answer", () => {
  const outcome = outcomeOf([
    [100, 90],
    [104, 92],
  ]);
  expect(outcome).toMatchObject({ valid: true, cells: [{ means: [102] }, { means: [91] }] });
  expect(outcome.claim.changes).toHaveLength(STUDY.claim.expects.length);
});
