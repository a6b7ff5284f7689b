// Goldens: golden/*.sbatch, with the plan of what the job's head starts. After an intended change, read the difference and run
// `UPDATE_GOLDEN=1 ./scripts/bun test harness/launch/slurm/slurm_script.test.ts`.

import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import { assert } from "../../domain/assert.ts";
import { parseTopology } from "../../domain/topology.ts";
import { NO_DEVICES } from "../cluster/cluster_devices.ts";
import { clusterHosts } from "../cluster/cluster_hosts.ts";
import { planLaunch } from "../vllm/vllm_plan.ts";
import { renderLaunchPlan } from "../vllm/vllm_plan_text.ts";
import { renderSbatch } from "./slurm_script.ts";

const GOLDEN = join(import.meta.dir, "golden");
const CPU = { type: "mooncake", cpu: { num_bytes: "64GiB" } };
const CASES: readonly [string, object][] = [
  ["cpu", CPU],
  ["cpu_disk", { ...CPU, disk: { path: "/mnt/nvme/kv" } }],
  ["device", { ...CPU, device_name: "mlx5_0,mlx5_1" }],
];

function deploymentOf(kv_cache_offload: object) {
  const parsed = parseDeployment({
    inference: { kv_cache_offload },
    deployment: "disaggregated",
    launcher: "slurm",
    slurm: { nodes: 2, partition: "h100", output_dir: "/shared/runs" },
  });
  assert(parsed.ok, "the test's deployment is valid");
  return parsed.value;
}

function render(
  offload: object,
  bench_args: readonly string[] = ["--ab", "preferred_segment"],
  checkout = "/shared/tierbench",
) {
  const { slurm } = deploymentOf(offload).store;
  return renderSbatch({
    slurm,
    topology: "2p1d",
    deployment_path: "/shared/deployment.yaml",
    checkout,
    bench_args,
  });
}

/** What bench starts in a job of the hosts n1 and n2, of which n1 is the head. */
function plan(offload: object): string {
  const topology = parseTopology("2p1d");
  const hosts = clusterHosts("n1,n2", "n1");
  assert(topology.ok && hosts.ok, "the test's job is valid");
  return renderLaunchPlan(
    planLaunch(deploymentOf(offload), topology.value, {
      hosts: hosts.value,
      devices: { ...NO_DEVICES, gid_index: 3 },
      run_dir: "/shared/runs/7/launch",
      uses_mooncake: true,
      preset_env: {},
      binaries: { master: "mooncake_master", client: "mooncake_client" },
      planRouter: () => ({
        argv: ["router"],
        file: { path: "/shared/runs/7/launch/router.json", text: "{}\n" },
      }),
    }),
  );
}

for (const [name, offload] of CASES) {
  test(`the sbatch script of ${name} and what its head starts are the golden ones`, () => {
    const script = render(offload);
    const path = join(GOLDEN, `${name}.sbatch`);
    const text = `${script}\n# What the head starts, for hosts n1 and n2:\n${plan(offload)}\n`;
    if (process.env["UPDATE_GOLDEN"] === "1") {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(path, text);
    }
    expect(text).toBe(readFileSync(path, "utf8"));
    expect(script).not.toContain("'");
    expect(Bun.spawnSync(["bash", "-n"], { stdin: Buffer.from(script) }).stderr.toString()).toBe("");
  });
}

test("one master and one owner on the head, an owner on every other host, engines over the hosts by their nodes", () => {
  const text = plan(CPU);
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  expect(count(/mooncake_master -rpc_port/g)).toBe(1);
  expect(count(/mooncake_client /g)).toBe(2);
  expect(count(/srun .*--nodelist=n2 .*mooncake_client/g)).toBe(1);
});

test("the job runs bench in the checkout with the job's hosts, and every word of the user's is one word", () => {
  const directory = mkdtempSync(join(tmpdir(), "tb-slurm-"));
  try {
    standIn(join(directory, "scontrol"), "printf 'n1\\nn2\\n'");
    mkdirSync(join(directory, "scripts"));
    standIn(join(directory, "scripts/bun"), 'echo "$TIERBENCH_HOSTS"; printf "%s\\n" "$@"');
    const script = render(CPU, ["--set", 'faults=[{"at_ms":1}]', "--set", "a=$HOME `id`"], directory);
    const ran = Bun.spawnSync(["bash", "-c", script], {
      env: { PATH: `${directory}:/usr/bin:/bin`, SLURM_JOB_ID: "7", SLURM_JOB_NODELIST: "n[1-2]" },
    });
    expect(ran.stdout.toString().trim().split("\n")).toEqual([
      ...["n1,n2", "harness/cli/bench.ts", "2p1d", "--runtime", "cluster"],
      ...["--deployment", "/shared/deployment.yaml"],
      ...["--set", 'faults=[{"at_ms":1}]', "--set", "a=$HOME `id`", "--out", "/shared/runs/7"],
    ]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

function standIn(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}
