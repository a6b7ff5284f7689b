// `launch --submit` on a real Slurm of this machine (scripts/slurm_node): the job runs the benchmark on engines that stand in for vLLM,
// with this project's store and with the real Mooncake, and brings back a run directory; a cancelled one leaves nothing running.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findMooncake } from "../../launch/mooncake/mooncake_install.ts";
import type { ValidityCheck } from "../../measure/run_summary.ts";
import { readFinishedRun, SMALL } from "../bench/bench_fixture.ts";

setDefaultTimeout(180_000);

const ROOT = resolve(import.meta.dir, "../../..");
const BUN = join(ROOT, "scripts/bun");
const NODE = join(ROOT, "scripts/slurm_node");
const LAUNCH = [BUN, join(ROOT, "harness/cli/launch.ts"), "1p1d", "--submit"];
const directory = mkdtempSync(join(tmpdir(), "tb-slurm-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const probe = Bun.spawnSync([NODE, makeDirectory("probe"), "true"]);
const why_not = probe.exitCode === 0 ? null : probe.stderr.toString().trim().split("\n")[0];

interface SubmittedJob {
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the jobs. */
  readonly output_dir: string;
}

/** Runs `script`, a shell's, inside a Slurm of its own; `$@` is the launch command. */
async function submit(
  name: string,
  base_port: number,
  script: string,
  ...bench: readonly string[]
): Promise<SubmittedJob> {
  const own = makeDirectory(name);
  const output_dir = join(own, "jobs");
  const config = join(own, "deployment.yaml");
  writeFileSync(config, deployment(output_dir, base_port));
  const state = makeDirectory(join(name, "slurm"));
  const argv = [NODE, state, "sh", "-c", script, "sh", ...LAUNCH, "--config", config, "--", ...bench];
  const child = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit_code: await child.exited, stdout, stderr, output_dir };
}

function deployment(output_dir: string, base_port: number): string {
  const standin = join(ROOT, "harness/cli/cluster/vllm_standin.ts");
  return [
    "inference: {kv_cache_offload: {type: mooncake, cpu: {num_bytes: 64MiB}}}",
    "deployment: disaggregated",
    "launcher: slurm",
    "worker: {protocol: tcp, local_buffer_size: 64MiB}",
    "owner: {protocol: tcp}",
    "engine:",
    "  model: laptop-1b",
    `  command: [${BUN}, ${standin}, serve, "{model}", --port, "{port}", --engine-config, "{engine_config}"]`,
    `  base_port: ${base_port}`,
    "  ready_timeout_s: 60",
    `slurm: {partition: tierbench, nodes: 1, gpus_per_node: 0, time_limit: "00:10:00", output_dir: ${output_dir}}`,
    "",
  ].join("\n");
}

function makeDirectory(name: string): string {
  const path = join(directory, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Those on timing say something of the machine that runs this test. */
function failedChecks(output_dir: string): readonly ValidityCheck[] {
  const timing = /schedule lag|token events at once|clear of this machine's floor/;
  const { summary } = readFinishedRun(join(output_dir, "1"));
  if (summary === null) throw new Error(readFileSync(join(output_dir, "slurm_1.log"), "utf8"));
  return summary.validity.filter(({ check, ok }) => ok === false && !timing.test(check));
}

const RUN = '"$@"';

describe.skipIf(why_not !== null)(`a job of Slurm${why_not === null ? "" : `: ${why_not}`}`, () => {
  test("the job runs the benchmark and brings back its run directory", async () => {
    const job = await submit("embedded", 22_100, RUN, "--store", "embedded", "--ab", "none", ...SMALL);
    expect(failedChecks(job.output_dir)).toEqual([]);
    const { path, summary, manifest } = readFinishedRun(join(job.output_dir, "1"));
    expect(job.stdout).toContain(`Run directory: ${path}`);
    expect(manifest).toMatchObject({ status: "done", runtime: "cluster" });
    expect(summary?.arms[0]).toMatchObject({ requests: 16, errors: 0 });
    expect(job.stderr).toContain("job 1: running");
  });

  test.skipIf(!findMooncake().ok)("the same on the real Mooncake's master and owner", async () => {
    const job = await submit("mooncake", 22_200, RUN, "--ab", "none", ...SMALL);
    expect(failedChecks(job.output_dir)).toEqual([]);
    const { summary, path } = readFinishedRun(join(job.output_dir, "1"));
    expect(summary?.arms[0]).toMatchObject({ requests: 16, errors: 0 });
    expect(readdirSync(join(path, "logs"), { recursive: true }).join(" ")).toContain("mooncake_master.log");
  });

  test("Ctrl-C cancels the job, which takes its processes down", async () => {
    const script = [
      '"$@" & launch=$!',
      `until grep -qs "only: load" ${join(directory, "cancelled/jobs/slurm_1.log")}; do sleep 0.2; done`,
      "kill -INT $launch; wait $launch; code=$?",
      'until [ -z "$(squeue -h)" ]; do sleep 0.2; done',
      'echo "left: $(pgrep -f "[v]llm_standin.ts.*--port 22300" | wc -l)"',
      "exit $code",
    ].join("\n");
    const job = await submit(
      "cancelled",
      22_300,
      script,
      "--store",
      "embedded",
      "--ab",
      "none",
      ...SMALL,
      ...["--set", "workload.sessions=500"],
    );
    expect(job.exit_code).toBe(130);
    expect(job.stdout).toContain("job 1 CANCELLED");
    expect(job.stdout).toContain("left: 0");
    expect(readFinishedRun(join(job.output_dir, "1")).manifest.status).toBe("interrupted");
  });

  test("arguments that bench would refuse never wait in a queue", async () => {
    const job = await submit("refused", 22_400, RUN, "--ab", "nonsense");
    expect(job.exit_code).toBe(2);
    expect(job.stderr).toContain("--ab: must name a known factor");
  });
});
