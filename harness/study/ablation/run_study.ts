// Runs what is left of a study, run by run, and keeps each result as soon as it is there.

import { assert } from "../../domain/assert.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type ScheduledRun, scheduleRuns } from "../ab_schedule.ts";
import type { StudyCell } from "./build_cells.ts";
import { clusterBlock } from "./cluster_block.ts";
import type { StudyBlock } from "./effects.ts";
import type { CellResult } from "./study_store.ts";

/** Runs one cell once. The error is worded for the user and ends the study. */
export type CellRunner<E> = (cell: StudyCell, run: ScheduledRun) => Promise<Result<CellRun, E>>;
export type CellRun = Omit<CellResult, "cell_index" | "block_index" | "cell">;

export interface StudyProgress {
  readonly finished: readonly CellResult[];
  readonly left: readonly ScheduledRun[];
}

/** A block is a pair of as many arms as there are cells. An invalid run is run again. */
export function studyProgress(
  cell_count: number,
  blocks: number,
  seed: number,
  earlier: readonly CellResult[],
): StudyProgress {
  const finished = earlier.filter((result) => result.valid && result.block_index < blocks);
  const done = new Set(finished.map((result) => `${result.cell_index} ${result.block_index}`));
  const left = scheduleRuns(cell_count, blocks, seed).filter(
    ({ arm_index, pair_index }) => !done.has(`${arm_index} ${pair_index}`),
  );
  return { finished, left };
}

/**
 * Results in the order of the schedule, whenever they came. `at_once`: more than one only where runs do not disturb each other,
 * as in the simulator. After a failure those under way end, and no other begins.
 */
export async function runStudy<E>(
  cells: readonly StudyCell[],
  { finished, left }: StudyProgress,
  runCell: CellRunner<E>,
  keep: (result: CellResult) => Result<void, E>,
  at_once = 1,
): Promise<Result<CellResult[], E>> {
  const results: (CellResult | null)[] = left.map(() => null);
  const failures: E[] = [];
  const queue = left.entries();
  const work = async (): Promise<void> => {
    for (const [i, run] of queue) {
      const ran = await runScheduled(cells, run, runCell);
      const kept = ran.ok ? keep(ran.value) : ran;
      if (!kept.ok) failures.push(kept.error);
      if (failures.length > 0) return;
      results[i] = ran.ok ? ran.value : null;
    }
  };
  await Promise.all(Array.from({ length: at_once }, work));
  const [failure] = failures;
  return failure === undefined
    ? ok([...finished, ...results.flatMap((result) => result ?? [])])
    : err(failure);
}

async function runScheduled<E>(
  cells: readonly StudyCell[],
  run: ScheduledRun,
  runCell: CellRunner<E>,
): Promise<Result<CellResult, E>> {
  const cell = cells[run.arm_index];
  assert(cell !== undefined, "the schedule names cells of the study");
  const ran = await runCell(cell, run);
  if (!ran.ok) return ran;
  return ok({ cell_index: run.arm_index, block_index: run.pair_index, cell: cell.arm.name, ...ran.value });
}

/** Null: the records are gone. */
export type RecordsOf = (result: CellResult) => readonly RequestRecord[] | null;

/** Blocks in which every cell has run. */
export function studyBlocks(
  results: readonly CellResult[],
  cell_count: number,
  blocks: number,
  recordsOf: RecordsOf,
): StudyBlock[] {
  return Array.from({ length: blocks }, (_, block) =>
    Array.from({ length: cell_count }, (_, cell) =>
      results.find(({ block_index, cell_index }) => block_index === block && cell_index === cell),
    ),
  ).flatMap((row) => {
    const complete = row.flatMap((result) => result ?? []);
    if (complete.length < cell_count) return [];
    const records = complete.flatMap((result) => {
      const of_cell = recordsOf(result);
      return of_cell === null ? [] : [of_cell];
    });
    const sessions = records.length < cell_count ? null : clusterBlock(records);
    return [{ values: complete.map((result) => result.values), sessions }];
  });
}
