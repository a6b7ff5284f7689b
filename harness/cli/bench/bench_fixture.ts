// Runs `bench` as a user would, in a process of its own, on stacks small enough for a test.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestRecord } from "../../domain/request_record.ts";
import type { Manifest } from "../../measure/manifest.ts";
import type { RunSummary } from "../../measure/run_summary.ts";

const BENCH = join(import.meta.dir, "../bench.ts");

/** 8 conversations of 2 turns whose history is loaded from the store: an HBM of 48 blocks holds 768 tokens. */
export const SMALL: readonly string[] = [
  ...[
    "workload.name=multi_turn",
    "workload.sessions=8",
    "workload.turns=2",
    "workload.input_tokens=256",
    "workload.output_tokens=6",
  ],
  ...["workload.turn_input_tokens=64", "workload.delay_ms=50", "load.concurrency=8"],
  ...["engine.num_hbm_blocks=48", "engine.num_decode_hbm_blocks=512", "store.segment_bytes=32MiB"],
].flatMap((setting) => ["--set", setting]);

export interface BenchProcess {
  readonly out_dir: string;
  readonly pid: number;
  readonly exited: Promise<number>;
  interrupt(): void;
  output(): Promise<{ readonly stdout: string; readonly stderr: string }>;
}

export class BenchRuns implements Disposable {
  readonly #out_dirs: string[] = [];

  start(...args: readonly string[]): BenchProcess {
    const out_dir = mkdtempSync(join(tmpdir(), "tb-bench-"));
    this.#out_dirs.push(out_dir);
    const out = args.includes("--out") ? [] : ["--out", out_dir];
    const child = Bun.spawn([process.execPath, BENCH, ...args, ...out], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      // As it is now, not as it was when this process started.
      env: process.env,
    });
    const texts = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    return {
      out_dir,
      pid: child.pid,
      exited: child.exited,
      interrupt: () => child.kill("SIGINT"),
      output: async () => {
        const [stdout, stderr] = await texts;
        return { stdout, stderr };
      },
    };
  }

  [Symbol.dispose](): void {
    for (const directory of this.#out_dirs) rmSync(directory, { recursive: true, force: true });
  }
}

export interface FinishedRun {
  readonly path: string;
  readonly manifest: Manifest;
  readonly records: readonly RequestRecord[];
  /** Null: the run wrote none. */
  readonly summary: RunSummary | null;
  readonly files: readonly string[];
}

/** The one run directory under out_dir. */
export function readFinishedRun(out_dir: string): FinishedRun {
  const [name] = readdirSync(out_dir);
  const path = join(out_dir, name ?? "");
  const files = readdirSync(path);
  const json = (file: string): unknown => JSON.parse(readFileSync(join(path, file), "utf8"));
  const lines = readFileSync(join(path, "requests.jsonl"), "utf8").trim();
  return {
    path,
    files,
    manifest: json("manifest.json") as Manifest,
    records: lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line) as RequestRecord),
    summary: files.includes("summary.json") ? (json("summary.json") as RunSummary) : null,
  };
}

/** What a harness with this pid left behind: directories of its stacks, and processes started from them. */
export function leftBehind(pid: number): string[] {
  const mine = `tierbench-${pid}-`;
  const directories = [tmpdir(), "/dev/shm"].flatMap((root) =>
    readdirSync(root)
      .filter((name) => name.startsWith(mine))
      .map((name) => join(root, name)),
  );
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => commandLine(name).includes(mine))
    .map((name) => `process ${name}`);
  return [...directories, ...processes];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
