// A 1p1d bench whose store bytes go over Soft-RoCE between separate processes; runs inside the VM and prints one line,
// "rdma_vm: bench {…}". The VM is emulated and slow: what counts is that requests are answered from the store, that the books
// balance and that every byte read is the right one, not how long it took.

import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, present } from "../../harness/domain/assert.ts";
import type { GuestBench } from "./guest_report.ts";

/** Six conversations of four turns that the prefill engine's own memory cannot hold: their turns come back from the store. */
const SETTINGS = [
  "link.protocol=rdma",
  "store.tiers=hbm+cpu",
  "store.segment_bytes=16777216",
  "engine.kv_scale=0.05",
  "engine.num_hbm_blocks=40",
  "engine.num_decode_hbm_blocks=256",
  "workload.sessions=6",
  "workload.input_tokens=256",
  "workload.turn_input_tokens=64",
  "workload.output_tokens=8",
  "workload.delay_ms=100",
  "load.concurrency=6",
];

const out = mkdtempSync(join(tmpdir(), "rdma-bench-"));
const bench = join(import.meta.dir, "..", "..", "harness", "cli", "bench.ts");
const run = Bun.spawnSync(
  [
    process.execPath,
    bench,
    "1p1d",
    ...["--workload", "multi_turn", "--ab", "none", "--pairs", "1", "--out", out],
    ...SETTINGS.flatMap((setting) => ["--set", setting]),
  ],
  { stdout: "pipe", stderr: "pipe", timeout: 240_000 },
);
const run_name = readdirSync(out)[0] ?? "";
const summary_path = join(out, run_name, "summary.json");
assert(existsSync(summary_path), `the bench ends with a summary: ${run.stdout}${run.stderr}`.slice(-3000));
const summary = JSON.parse(readFileSync(summary_path, "utf8"));
const arm = present(summary.arms[0], "a run has an arm");
const result: GuestBench = {
  exit_code: run.exitCode ?? -1,
  requests: arm.requests,
  errors: arm.errors,
  store_hit_tokens: arm.tiers.cpu.hit_tokens + arm.tiers.disk.hit_tokens,
  balanced: arm.ledger.balanced,
  stale_reads: arm.stale_reads,
  corrupt_reads: arm.corrupt_reads,
  paths: pathsOf(join(out, run_name, "logs")),
};
process.stdout.write(`rdma_vm: bench ${JSON.stringify(result)}\n`);

/** What the processes said of the way to other nodes, each once. */
function pathsOf(logs: string): readonly string[] {
  const lines = [...new Bun.Glob("**/*.log").scanSync(logs)].flatMap((name) =>
    readFileSync(join(logs, name), "utf8").split("\n"),
  );
  const said = lines.map((line) => /other nodes are reached by (.*)/.exec(line)?.[1]);
  return [...new Set(said.filter((line) => line !== undefined))];
}
