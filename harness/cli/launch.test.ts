import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function launch(...args: string[]): { code: number; out: string; err: string } {
  const ran = Bun.spawnSync([process.execPath, join(import.meta.dir, "launch.ts"), ...args]);
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

test("launch 3p1d --dry-run prints files, the store, four engines and the router in the order of their start", () => {
  const { code, out, err } = launch("3p1d", "--dry-run", "--host", "10.1.2.3", "--run-dir", "/run/x");
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out).toContain("export MOONCAKE_MASTER=10.1.2.3:50051\n");
  expect(out).toContain('{"mode":"standalone-store","global_segment_size":0,"local_buffer_size":4294967296,');
  expect(out).toContain(
    "MOONCAKE_CONFIG_PATH=/run/x/mooncake_worker.json MOONCAKE_PREFERRED_SEGMENT=10.1.2.3:50053",
  );
  expect(out.match(/"kv_connector":"MultiConnector"/g)).toHaveLength(4);
  const names = [...out.matchAll(/^# (mooncake_\w+|prefill-\d|decode-\d|router)$/gm)].map(
    (match) => match[1],
  );
  expect(names).toEqual([
    "mooncake_master",
    "mooncake_owner",
    "prefill-0",
    "prefill-1",
    "prefill-2",
    "decode-0",
    "router",
  ]);
  expect(out).toContain('"url": "http://127.0.0.1:8103"');
  expect(out).toContain(
    "# stop, in this order: router, decode-0, prefill-2, prefill-1, prefill-0, mooncake_owner, mooncake_master",
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

test("launch --recipe runs the phases in order, and post_serve also after a failure", () => {
  const directory = mkdtempSync(join(tmpdir(), "tb-launch-"));
  const recipe = join(directory, "recipe.yaml");
  const step = (word: string): string => `echo ${word} >> ${directory}/order`;
  writeFileSync(
    recipe,
    `model: m
pre_serve: [{cmd: "${step("pre")}"}]
serving:
  roles:
    - role: worker
      vllm_engine: {cmd: "${step("{model}")}; exit 1", health_check: {url: "http://127.0.0.1:1/", poll_interval_s: 0.02}}
post_serve: [{cmd: "${step("post")}"}]
`,
  );
  const { code, err } = launch("--recipe", recipe, "--run-dir", join(directory, "logs"));
  expect(code).toBe(4);
  expect(err).toContain("launch: worker_0: ended before http://127.0.0.1:1/ answered");
  expect(readFileSync(join(directory, "order"), "utf8")).toBe("pre\nm\npost\n");
  expect(launch("--recipe", recipe, "--dry-run").out).toContain(
    "# hook_post_serve_0: runs whatever happened before\n",
  );
  rmSync(directory, { recursive: true });
});
