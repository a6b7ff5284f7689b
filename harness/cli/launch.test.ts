import { expect, test } from "bun:test";
import { join } from "node:path";

function launch(...args: string[]): { code: number; out: string; err: string } {
  const ran = Bun.spawnSync([process.execPath, join(import.meta.dir, "launch.ts"), ...args]);
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

test("launch 3p1d --dry-run prints files, the store and four engines in the order of their start", () => {
  const { code, out, err } = launch("3p1d", "--dry-run", "--host", "10.1.2.3", "--run-dir", "/run/x");
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out).toContain("export MOONCAKE_MASTER=10.1.2.3:50051\n");
  expect(out).toContain('{"mode":"standalone-store","global_segment_size":0,"local_buffer_size":4294967296,');
  expect(out).toContain(
    "MOONCAKE_CONFIG_PATH=/run/x/mooncake_worker.json MOONCAKE_PREFERRED_SEGMENT=10.1.2.3:50053",
  );
  const names = [...out.matchAll(/^# (mooncake_\w+|prefill-\d|decode-\d)$/gm)].map((match) => match[1]);
  expect(names).toEqual([
    "mooncake_master",
    "mooncake_owner",
    "prefill-0",
    "prefill-1",
    "prefill-2",
    "decode-0",
  ]);
  expect(out).toContain(
    "# stop, in this order: decode-0, prefill-2, prefill-1, prefill-0, mooncake_owner, mooncake_master",
  );
});

test("the printed plan is a shell script that parses", () => {
  const { out } = launch("1p1d", "--dry-run");
  const checked = Bun.spawnSync(["sh", "-n"], { stdin: Buffer.from(out) });
  expect(checked.stderr.toString()).toBe("");
});

test("launch --sbatch prints the script of sbatch", () => {
  expect(launch("1p1d", "--sbatch").out).toStartWith("#!/bin/bash\n#SBATCH --job-name=tierbench\n");
});

test("launch without a way to launch, or with a topology that is none, says what to write", () => {
  expect(launch("3p1d")).toMatchObject({ code: 2, out: "" });
  expect(launch("3p1d").err).toContain("launch 3p1d --dry-run");
  expect(launch("3x", "--dry-run").err).toContain("must be <P>p<D>d or <N>e");
});
