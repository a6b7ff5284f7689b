// One run of fio over a file that is there, as a yardstick: bytes/s that it reports of itself.

import { err, ok, type Result } from "../../domain/result.ts";
import type { DiskCell } from "../../measure/store_bench_disk_figures.ts";

export interface FioJob extends DiskCell {
  readonly path: string;
  readonly file_bytes: number;
  readonly direction: "write" | "read";
  /** O_DIRECT, as the file it is compared with. */
  readonly direct: boolean;
  readonly engine: "io_uring" | "psync";
}

/** Its version, or what to do to have one. */
export function fioVersion(): Result<string, string> {
  if (Bun.which("fio") === null) return err("n/a (fio is not installed: apt-get install fio)");
  return ok(Bun.spawnSync(["fio", "--version"]).stdout.toString().trim());
}

export function runFio(job: FioJob): Result<number, string> {
  const run = Bun.spawnSync([
    "fio",
    "--name=store-bench",
    `--filename=${job.path}`,
    `--rw=${job.direction}`,
    `--bs=${job.block_bytes}`,
    `--iodepth=${job.queue_depth}`,
    `--size=${job.file_bytes}`,
    `--ioengine=${job.engine}`,
    `--direct=${job.direct ? 1 : 0}`,
    "--thread",
    "--allow_file_create=0",
    "--invalidate=0",
    "--output-format=json",
  ]);
  if (run.exitCode !== 0) return err(`fio: ${run.stderr.toString().trim().slice(0, 300)}`);
  const output: {
    jobs?: Record<"write" | "read", { bw_bytes: number; io_bytes: number; runtime: number }>[];
  } = JSON.parse(run.stdout.toString());
  const done = output.jobs?.[0]?.[job.direction];
  if (done === undefined || done.io_bytes !== job.file_bytes)
    return err("fio did not move the bytes it was asked to");
  return ok(done.bw_bytes);
}
