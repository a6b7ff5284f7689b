// The whole path of a cluster run on one machine: a `vllm` on PATH that notes how it was started and then stands in with an engine of
// this project, under this project's own store.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchRuns, leftBehind, readFinishedRun, SMALL } from "./bench_fixture.ts";

setDefaultTimeout(180_000);

const runs = new BenchRuns();
const directory = mkdtempSync(join(tmpdir(), "tb-cluster-"));
const path_before = process.env["PATH"];
afterAll(() => {
  process.env["PATH"] = path_before;
  runs[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const STAND_IN = join(import.meta.dir, "../cluster/vllm_standin.ts");
const NOTES = join(directory, "notes");
writeFileSync(
  join(directory, "vllm"),
  `#!/bin/sh
echo "$4 dev=$VLLM_SERVER_DEV_MODE gpus=$CUDA_VISIBLE_DEVICES side=$VLLM_NIXL_SIDE_CHANNEL_PORT $*" >> "${NOTES}"
exec "${process.execPath}" "${STAND_IN}" "$@"
`,
);
chmodSync(join(directory, "vllm"), 0o755);
process.env["PATH"] = `${directory}:${path_before ?? ""}`;

/** Below the ports that the kernel gives out, so that nobody is given one of them; of this process only. */
const BASE_PORT = 20_000 + (process.pid % 1_200) * 10;
const SERVE = ["vllm", "serve", "{model}", "--port", "{port}", "--engine-config", "{engine_config}"];

function deployment(name: string, command: readonly string[]): string {
  const path = join(directory, `${name}.json`);
  const engine = { model: "laptop-1b", command, base_port: BASE_PORT, ready_timeout_s: 40 };
  const inference = { kv_cache_offload: { type: "mooncake", cpu: { num_bytes: "64MiB" } } };
  writeFileSync(path, JSON.stringify({ inference, deployment: "disaggregated", launcher: "local", engine }));
  return path;
}

function cluster(file: string): readonly string[] {
  return ["1p1d", "--runtime", "cluster", "--deployment", file, "--store", "embedded"];
}

function processesOf(out_dir: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(out_dir);
      } catch {
        return false;
      }
    });
}

test("a deployment is launched, emptied, proved empty, measured and taken down for each arm", async () => {
  const bench = runs.start(
    ...cluster(deployment("whole", SERVE)),
    ...SMALL,
    ...["--ab", "preferred_segment", "--pairs", "1"],
  );
  const exit_code = await bench.exited;
  const { stderr } = await bench.output();
  expect([0, 3]).toContain(exit_code);
  expect(processesOf(bench.out_dir)).toEqual([]);
  expect(leftBehind(bench.pid)).toEqual([]);

  const { path, summary, records, manifest } = readFinishedRun(bench.out_dir);
  expect(records.map(({ error }) => error)).toEqual(Array(2 * 16).fill(null));
  // Checks on timing say something of the machine that runs this test.
  const timing = /schedule lag|token events at once|clear of this machine's floor/;
  const failed = summary?.validity.filter(({ check, ok }) => ok === false && !timing.test(check));
  expect(failed).toEqual([]);
  const outcomeOf = (words: string) => summary?.validity.find(({ check }) => check.includes(words));
  expect(outcomeOf("holds nothing at the start")?.detail).toContain("2 starts: 0 keys, 0 bytes allocated");
  expect(outcomeOf("no others")?.ok).toBe(true);
  expect(summary?.arms.map(({ name }) => name)).toEqual(["preferred_segment=off", "preferred_segment=local"]);
  expect(summary?.arms.every(({ tiers }) => Number(tiers.cpu.hit_tokens) > 0)).toBe(true);
  expect(manifest.config_diff.map((one) => one.path)).toContain("deployment.store.worker.preferred_segment");

  // Two engines of each of two deployments.
  const notes = readFileSync(NOTES, "utf8").trim().split("\n");
  const roles = notes.map((line) => Number(line.split(" ")[0]) - BASE_PORT);
  expect(roles.toSorted()).toEqual([0, 0, 1, 1]);
  expect(notes.find((line) => line.startsWith(`${BASE_PORT + 1} `))).toMatch(
    /dev=1 gpus=1 side=5616 serve laptop-1b .* --kv-transfer-config \{"kv_connector":"MultiConnector"/,
  );
  expect(stderr).toContain("waiting for the engines: 0 of 2 engines answer");

  const logs = join(path, "logs", "launch0_preferred_segment=off");
  const log = (name: string): string => readFileSync(join(logs, `${name}.log`), "utf8");
  expect(log("prefill-0")).toContain("Mooncake load tier summary");
  const stops = ["router", "prefill-0", "owner-0", "master"].map(
    (name) =>
      log(name)
        .split("\n")
        .findLast((line) => line.includes(" stops"))
        ?.match(/\d+-\d+-\d+T[\d:.]+Z/)?.[0] ?? `${name} did not say that it stops`,
  );
  expect(stops).toEqual(stops.toSorted());
});

test("an engine that ends before it serves ends the run with its log, and nothing is left", async () => {
  const broken = ["sh", "-c", "echo torch.OutOfMemoryError >&2; exit 1", "{engine_config}"];
  const bench = runs.start(...cluster(deployment("broken", broken)), ...SMALL);
  expect(await bench.exited).toBe(4);
  const { stderr } = await bench.output();
  expect(stderr).toMatch(/(prefill|decode)-0 exited with code 1\ntorch.OutOfMemoryError\nIts log is /);
  expect(stderr).toContain("Run directory: ");
  expect(processesOf(bench.out_dir)).toEqual([]);
  expect(leftBehind(bench.pid)).toEqual([]);
});

test("Ctrl-C while engines load takes everything down and leaves a run directory with the logs", async () => {
  const never = ["sh", "-c", `: > ${join(directory, "asked")}; exec sleep 1000`, "{engine_config}"];
  const bench = runs.start(...cluster(deployment("never", never)), ...SMALL);
  while (!existsSync(join(directory, "asked"))) await Bun.sleep(20);
  bench.interrupt();
  expect(await bench.exited).toBe(130);
  expect(processesOf(bench.out_dir)).toEqual([]);
  expect(leftBehind(bench.pid)).toEqual([]);
  const { path, manifest } = readFinishedRun(bench.out_dir);
  expect(manifest.status).toBe("interrupted");
  expect(readdirSync(join(path, "logs", "launch0_only"))).toEqual(
    expect.arrayContaining(["master.log", "owner-0.log", "prefill-0.log", "decode-0.log", "launch"]),
  );
});
