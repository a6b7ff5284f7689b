// Runs simulated cells of a study in a process of its own (sim_cell_workers.ts): a line of JSON on stdin is a job, a line on stdout
// its answer. Ends with stdin.

import { createInterface } from "node:readline";
import { OsClock } from "../../clock/os_clock.ts";
import type { Result } from "../../domain/result.ts";
import { NO_FLOOR_IN_SIM } from "../../measure/machine_floor.ts";
import type { CellRun } from "../../study/ablation/run_study.ts";
import type { BenchFailure } from "../bench/bench_run.ts";
import { recordCell } from "../bench/record_cell.ts";
import type { RecordedRunOptions } from "../bench/recorded_run.ts";
import { Progress } from "../progress.ts";
import { simArmRunner } from "./sim_runner.ts";

export type SimCellJob = Pick<RecordedRunOptions, "context" | "out_dir" | "argv">;
export type SimCellAnswer = Result<CellRun, BenchFailure>;

if (import.meta.main) await serve();

async function serve(): Promise<void> {
  const os_clock = new OsClock();
  const progress = new Progress(os_clock, false);
  const { signal } = new AbortController();
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line) as SimCellJob;
    const runArm = simArmRunner(job.context.options.host);
    const host = { clock: os_clock, runArm, floor: NO_FLOOR_IN_SIM };
    const answer: SimCellAnswer = await recordCell({ ...job, host, os_clock, progress, signal });
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
