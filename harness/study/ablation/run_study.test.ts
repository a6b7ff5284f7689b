import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StudyConfig } from "../../config/study_config.ts";
import { err, ok } from "../../domain/result.ts";
import { requestRecord } from "../../measure/request_fixture.ts";
import { buildCells, type StudyCell } from "./build_cells.ts";
import { type CellRunner, runStudy, studyBlocks, studyProgress } from "./run_study.ts";
import { studyFixture } from "./study_fixture.ts";
import { finishedResults, type StudyIdentity, StudyStore, studyPath } from "./study_store.ts";

let out = "";
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "tb-study-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const STUDY: StudyConfig = {
  ...studyFixture(),
  factors: [{ name: "preferred_segment", levels: ["off", "local"] }],
};

function cellsOf(study: StudyConfig): StudyCell[] {
  const cells = buildCells(study, { topology: "2p1d" });
  if (!cells.ok) throw new Error("the fixture's cells are valid");
  return cells.value;
}

const CELLS = cellsOf(STUDY);
const IDENTITY: StudyIdentity = { study: STUDY, cells: CELLS, runtime: "sim", build: "abc" };

/** Runs every cell in no time; fails at the run with number `fails_at`. */
function fakeRunner(ran: string[], fails_at = Number.POSITIVE_INFINITY): CellRunner<string> {
  return async (cell, { pair_index }) => {
    if (ran.length === fails_at) return err("interrupted");
    ran.push(`${pair_index} ${cell.arm.name}`);
    const values = { ttft_ms_mean: cell.cell[0] === 0 ? 100 : 90 };
    return ok({ values, valid: true, problems: [], run_path: "", elapsed_s: 1 });
  };
}

async function attempt(ran: string[], fails_at?: number): Promise<boolean> {
  const opened = StudyStore.open(out, IDENTITY, false);
  if (!opened.ok) throw new Error(opened.error);
  using store = opened.value;
  const progress = studyProgress(CELLS.length, STUDY.blocks, STUDY.seed, finishedResults(store.path));
  const done = await runStudy(CELLS, progress, fakeRunner(ran, fails_at), (result) => store.append(result));
  return done.ok;
}

test("a study runs every cell in every block, in balanced order", async () => {
  const ran: string[] = [];
  expect(await attempt(ran)).toBe(true);
  expect(ran).toEqual([
    "0 preferred_segment=off",
    "0 preferred_segment=local",
    "1 preferred_segment=local",
    "1 preferred_segment=off",
  ]);
});

test("an interrupted study goes on with what is left, and a torn result is run again", async () => {
  expect(await attempt([], 3)).toBe(false);
  appendFileSync(join(studyPath(out, IDENTITY), "results.jsonl"), '{"cell_index":0,"bl');
  const ran: string[] = [];
  expect(await attempt(ran)).toBe(true);
  expect(ran).toEqual(["1 preferred_segment=off"]);
  const again: string[] = [];
  expect(await attempt(again)).toBe(true);
  expect(again).toEqual([]);
});

test("an invalid run is run again", () => {
  const result = { cell: "", values: {}, run_path: "", elapsed_s: 1, cell_index: 0, block_index: 0 };
  const { left } = studyProgress(1, 1, 1, [{ ...result, valid: false, problems: ["ledger"] }]);
  expect(left).toHaveLength(1);
  expect(studyProgress(1, 1, 1, [{ ...result, valid: true, problems: [] }]).left).toEqual([]);
});

test("results of another build are not continued, unless asked to start anew", async () => {
  await attempt([]);
  const other = { ...IDENTITY, build: "def" };
  const refused = StudyStore.open(out, other, false);
  expect(refused.ok ? "" : refused.error).toContain('must be of this build (def) to be continued, got "abc"');
  const fresh = StudyStore.open(out, other, true);
  if (fresh.ok) fresh.value[Symbol.dispose]();
  expect(finishedResults(studyPath(out, other))).toEqual([]);
});

test("a study with other configurations has another directory", () => {
  const cells = cellsOf({ ...STUDY, factors: [{ name: "preferred_segment", levels: ["local", "off"] }] });
  expect(studyPath(out, { ...IDENTITY, cells })).not.toBe(studyPath(out, IDENTITY));
});

test("a study of more blocks is another study: it is not extended until something shows", () => {
  const study = { ...STUDY, blocks: STUDY.blocks + 1 };
  expect(studyPath(out, { ...IDENTITY, study })).not.toBe(studyPath(out, IDENTITY));
});

test("a block counts once all its cells have run", () => {
  const result = { cell: "", values: {}, run_path: "", elapsed_s: 1, valid: true, problems: [] };
  const at = (cell_index: number, block_index: number, ttft_ms_mean: number) => ({
    ...result,
    ...{ cell_index, block_index, values: { ttft_ms_mean } },
  });
  const results = [at(1, 0, 2), at(0, 0, 1), at(0, 1, 3)];
  const values = [{ ttft_ms_mean: 1 }, { ttft_ms_mean: 2 }];
  expect(studyBlocks(results, 2, 2, () => null)).toEqual([{ values, sessions: null }]);
  const record = requestRecord();
  expect(studyBlocks(results, 2, 2, () => [record])).toEqual([{ values, sessions: [[[record], [record]]] }]);
});

/** Cells whose ends the test decides: [begun]. */
function heldRunner(begun: PromiseWithResolvers<string | null>[]): CellRunner<string> {
  return async () => {
    const held = Promise.withResolvers<string | null>();
    begun.push(held);
    const failure = await held.promise;
    if (failure !== null) return err(failure);
    return ok({ values: {}, valid: true, problems: [], run_path: "", elapsed_s: 1 });
  };
}

test("with two at once a run begins when one ends, and results keep the order of the schedule", async () => {
  const begun: PromiseWithResolvers<string | null>[] = [];
  const kept: string[] = [];
  const left = studyProgress(CELLS.length, STUDY.blocks, STUDY.seed, []);
  const keep = ({ block_index, cell_index }: { block_index: number; cell_index: number }) => {
    kept.push(`${block_index} ${cell_index}`);
    return ok(undefined);
  };
  const study = runStudy(CELLS, left, heldRunner(begun), keep, 2);
  expect(begun).toHaveLength(2);
  for (const i of [1, 2, 3, 0]) {
    while (begun[i] === undefined) await Promise.resolve();
    begun[i].resolve(null);
    while (kept.length < [1, 2, 3, 0].indexOf(i) + 1) await Promise.resolve();
  }
  const results = await study;
  // Balanced order over two blocks: 0 1, then 1 0.
  expect(results.ok && results.value.map((of) => `${of.block_index} ${of.cell_index}`)).toEqual([
    ...["0 0", "0 1"],
    ...["1 1", "1 0"],
  ]);
  expect(kept).toEqual(["0 1", "1 1", "1 0", "0 0"]);
});

test("after a failure the run under way ends and is kept out, and no other begins", async () => {
  const begun: PromiseWithResolvers<string | null>[] = [];
  const left = studyProgress(CELLS.length, STUDY.blocks, STUDY.seed, []);
  const study = runStudy(CELLS, left, heldRunner(begun), () => ok(undefined), 2);
  begun[0]?.resolve("no space");
  begun[1]?.resolve(null);
  expect(await study).toEqual(err("no space"));
  expect(begun).toHaveLength(2);
});
