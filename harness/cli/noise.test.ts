// `noise` as a user runs it, on the simulator: its runs repeat to the byte, so every spread is 0.

import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNoiseFile } from "../config/noise_file.ts";

const dir = mkdtempSync(join(tmpdir(), "tb-noise-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SMALL = ["workload.sessions=8", "workload.turns=3"].flatMap((setting) => ["--set", setting]);

function run(
  command: string,
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const argv = [join(import.meta.dir, `${command}.ts`), "--workload", "multi_turn", "--runtime", "sim"];
  return spawnSync(process.execPath, [...argv, "--out", dir, ...SMALL, ...args], { encoding: "utf8" });
}

test("runs that repeat exactly have no noise, and a comparison of the same scenario takes the profile", () => {
  const file = join(dir, "noise.json");
  const done = run("noise", "1p1d", "--pairs", "2", "--file", file);
  expect([done.status, done.stdout.split("\n")[0]]).toEqual([
    0,
    expect.stringMatching(/^noise of 1p1d_multi_turn on .*, sim: 2 A\/A pairs$/),
  ]);
  const profile = readNoiseFile(file);
  if (!profile.ok) throw new Error(profile.error.rule);
  const ttft = profile.value.metrics.find(({ metric }) => metric === "ttft_ms_mean");
  expect(ttft).toMatchObject({ unit: "percent", pair_sd: 0, within_sd: 0, between_sd: 0 });
  expect(run("bench", "1p1d", "--pairs", "2", "--noise", file, "--dry-run").status).toBe(0);
  const other = run("bench", "2p1d", "--noise", file, "--dry-run");
  expect([other.status, other.stderr]).toEqual([2, expect.stringContaining("must be of this scenario")]);
}, 180_000);

test("one pair measures no noise", () => {
  const file = join(dir, "none.json");
  const done = run("noise", "1p1d", "--pairs", "1", "--file", file);
  expect([done.status, done.stderr]).toEqual([
    2,
    expect.stringContaining("--pairs: must be at least 2, got 1."),
  ]);
  expect(existsSync(file)).toBe(false);
});
