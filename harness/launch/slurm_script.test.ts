// Goldens: slurm_golden/*.sbatch. After an intended change, read the difference and run
// `UPDATE_GOLDEN=1 ./scripts/bun test harness/launch/slurm_script.test.ts`.

import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeployment } from "../config/kv_offload_file.ts";
import { assert } from "../domain/assert.ts";
import { renderSbatch } from "./slurm_script.ts";

const GOLDEN = join(import.meta.dir, "slurm_golden");
const CPU = { type: "mooncake", cpu: { num_bytes: "64GiB" } };
const CASES: readonly [string, object][] = [
  ["cpu", CPU],
  ["cpu_disk", { ...CPU, disk: { path: "/mnt/nvme/kv" } }],
  ["device", { ...CPU, device_name: "mlx5_0,mlx5_1" }],
];

function render(kv_cache_offload: object | null, output_dir = "/shared/runs"): string {
  const parsed = parseDeployment({
    inference: { kv_cache_offload },
    launcher: "slurm",
    slurm: { nodes: 2, partition: "h100", output_dir },
  });
  assert(parsed.ok, "the test's deployment is valid");
  return renderSbatch(parsed.value);
}

for (const [name, offload] of CASES) {
  test(`the sbatch script of ${name} is the golden one, parses, and has no single quote`, () => {
    const script = render(offload);
    const path = join(GOLDEN, `${name}.sbatch`);
    if (process.env["UPDATE_GOLDEN"] === "1") {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(path, script);
    }
    expect(script).toBe(readFileSync(path, "utf8"));
    expect(script).not.toContain("'");
    expect(bashErrors(script)).toBe("");
    expect(bashErrors(nodeScript(script))).toBe("");
  });
}

test("without a store the script starts engines alone", () => {
  const script = render(null);
  expect(script).not.toContain("mooncake_");
  expect(script).toContain("vllm serve Qwen/Qwen3-8B");
});

test("the script that every node runs gives the engine one argument of JSON", () => {
  const script = nodeScript(render(CPU));
  const line = script.split("\n").find((text) => text.startsWith("vllm serve")) ?? "";
  const [command = ""] = line.split(" > ");
  const ran = Bun.spawnSync(["bash", "-c", command.replace("vllm", "printf %s\\\\n")]);
  expect(ran.stdout.toString().trim().split("\n").at(-1)).toBe(
    '{"kv_connector":"MooncakeStoreConnector","kv_role":"kv_both","kv_connector_extra_config":{}}',
  );
});

test("the job makes its output directory before it writes what every node runs there", () => {
  const directory = mkdtempSync(join(tmpdir(), "tb-slurm-"));
  try {
    standIn(join(directory, "scontrol"), "echo n1");
    standIn(join(directory, "srun"), 'cat "$3"'); // srun --kill-on-bad-exit=1 bash FILE
    const script = render(CPU, join(directory, "not", "there"));
    const ran = Bun.spawnSync(["bash", "-c", script], {
      env: { PATH: `${directory}:/usr/bin:/bin`, SLURM_JOB_ID: "7", SLURM_JOB_NODELIST: "n1" },
    });
    expect(ran.stdout.toString().trim()).toBe(nodeScript(script).trim());
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

function standIn(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

function nodeScript(script: string): string {
  return script.split('<<"NODE"\n')[1]?.split("\nNODE\n")[0] ?? "";
}

function bashErrors(script: string): string {
  return Bun.spawnSync(["bash", "-n"], { stdin: Buffer.from(script) }).stderr.toString();
}
