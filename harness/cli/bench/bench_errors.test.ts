// What a user who gets something wrong sees: where, which rule, what was given, what to do, and the right exit code.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchRuns, leftBehind } from "./bench_fixture.ts";

setDefaultTimeout(180_000);

const runs = new BenchRuns();
const directory = mkdtempSync(join(tmpdir(), "tb-errors-"));
afterAll(() => {
  runs[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const bad_trace = join(directory, "bad.jsonl");
writeFileSync(
  bad_trace,
  '{"timestamp":0,"input_length":10,"output_length":2,"hash_ids":[1]}\n{"timestamp":0,"input_length":"x","output_length":2,"hash_ids":[1]}\n',
);
const a_file = join(directory, "file");
writeFileSync(a_file, "");

test.each([
  ["an unknown topology", ["3x"], 2, /topology: must be <P>p<D>d or <N>e.*got "3x".*Use for example/],
  [
    "an unknown factor",
    ["3p1d", "--ab", "prefered_segment=off,on"],
    2,
    /--ab.*got "prefered_segment".*preferred_segment/,
  ],
  ["an unknown level", ["3p1d", "--ab", "tiers=hbm,ram"], 2, /--ab tiers: .*got "ram".*hbm\+cpu/],
  [
    "an unknown setting",
    ["1p1d", "--set", "engine.num_hbm_block=9"],
    2,
    /engine\.num_hbm_block: is not a setting.*num_hbm_blocks/,
  ],
  [
    "a malformed trace line",
    ["1p1d", "--trace", bad_trace],
    2,
    /bad\.jsonl:2: input_length: must be.*got "x"/,
  ],
  [
    "a trace that is not there",
    ["1p1d", "--trace", "/nonexistent.jsonl"],
    2,
    /workload\.trace: must be a readable file/,
  ],
  ["an out directory that is a file", ["1p1d", "--out", a_file], 2, /--out: must be a directory/],
  [
    "more shared memory than there is",
    ["1p1d", "--ab", "none", "--set", "store.segment_bytes=9000GiB"],
    4,
    /\/dev\/shm: must have .* free.*store\.segment_bytes/,
  ],
  [
    "a process that the stack has not",
    ["1p1d", "--set", 'faults=[{"at_ms":1,"process":"owner-9","action":"kill"}]'],
    2,
    /faults\[0\]\.process: must be a process of the stack.*owner-0/,
  ],
  [
    "a deployment that is not there",
    ["1p1d", "--runtime", "cluster", "--deployment", "gone.yaml"],
    2,
    /gone\.yaml/,
  ],
])("%s", async (_, args, exit_code, words) => {
  const bench = runs.start(...args);
  expect(await bench.exited).toBe(exit_code);
  const { stderr } = await bench.output();
  expect(stderr.replaceAll("\n", " ")).toMatch(words);
  expect(stderr).not.toContain("    at ");
  expect(leftBehind(bench.pid)).toEqual([]);
});

test("--help explains, --dry-run shows the plan, and neither starts anything", async () => {
  const help = runs.start("--help");
  expect(await help.exited).toBe(0);
  expect((await help.output()).stdout).toContain("--ab");
  const dry_run = runs.start("3p1d", "--dry-run");
  expect(await dry_run.exited).toBe(0);
  const { stdout } = await dry_run.output();
  expect(stdout).toContain(
    "master owner-0 owner-1 owner-2 owner-3 prefill-0 prefill-1 prefill-2 decode-0 router",
  );
  expect(stdout).toContain('connector.preferred_segment: "off" | "local"');
});
