// `launch <topology> --submit -- <bench options>`: the benchmark as a job of Slurm, followed to its end.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import { msToNs } from "../../domain/units.ts";
import { cancelJob, jobState, submitJob } from "../../launch/slurm/slurm_job.ts";
import { jobOutput, renderSbatch, type SlurmJob } from "../../launch/slurm/slurm_script.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { Progress } from "../progress.ts";

const POLL_MS = 2_000;
/** A controller that restarts is away for less. */
const SILENT_POLLS_MAX = 60;

/** Ends with the benchmark's own code; a signal cancels the job, and is waited out. */
export async function submitLaunch(job: SlurmJob, clock: Clock): Promise<ExitCode> {
  const { output_dir } = job.slurm;
  mkdirSync(output_dir, { recursive: true });
  const script_path = join(output_dir, `job_${clock.wallTime().replaceAll(/[^\dTZ]/g, "")}.sbatch`);
  writeFileSync(script_path, renderSbatch(job));
  const submitted = submitJob(script_path);
  if (!submitted.ok) return fail(submitted.error);
  const job_id = submitted.value;
  console.log(`job ${job_id}: ${script_path}, log ${logPath(output_dir, job_id)}`);
  const ended = await follow(job_id, clock);
  if (ended === null) return EXIT.STACK_FAILED;
  const [run] = existsSync(jobOutput(output_dir, job_id)) ? readdirSync(jobOutput(output_dir, job_id)) : [];
  console.log(`job ${job_id} ${ended.state}, exit code ${ended.exit_code}`);
  console.log(
    run === undefined
      ? `It left no run directory: ${logPath(output_dir, job_id)} says why.`
      : `Run directory: ${join(jobOutput(output_dir, job_id), run)}`,
  );
  if (ended.cancelled) return EXIT.INTERRUPTED;
  const known = Object.values(EXIT).find((code) => code === ended.exit_code);
  return ended.state === "COMPLETED"
    ? EXIT.DONE
    : known === undefined || known === EXIT.DONE
      ? EXIT.STACK_FAILED
      : known;
}

interface Ended {
  readonly state: string;
  readonly exit_code: number;
  readonly cancelled: boolean;
}

/** Null: Slurm does not answer for it any more. */
async function follow(job_id: string, clock: Clock): Promise<Ended | null> {
  const progress = new Progress(clock, process.stderr.isTTY);
  const interrupt = new AbortController();
  const cancel = (): void => {
    if (interrupt.signal.aborted) return;
    interrupt.abort();
    const cancelled = cancelJob(job_id);
    progress.note(cancelled.ok ? `job ${job_id} is being cancelled` : cancelled.error);
  };
  process.on("SIGINT", cancel);
  process.on("SIGTERM", cancel);
  let shown = "";
  let silent = 0;
  for (;;) {
    const now = jobState(job_id);
    silent = now.ok ? 0 : silent + 1;
    if (!now.ok) {
      progress.note(now.error);
      if (silent < SILENT_POLLS_MAX) {
        await clock.sleepUntil(clock.now_ns() + msToNs(POLL_MS));
        continue;
      }
      progress.end();
      console.error(
        `launch: Slurm does not answer; job ${job_id} may still run. End it with scancel ${job_id}.`,
      );
      return null;
    }
    const { state, reason, exit_code } = now.value;
    if (exit_code !== null) {
      progress.end();
      return { state, exit_code, cancelled: interrupt.signal.aborted };
    }
    const stage = `job ${job_id}: ${state.toLowerCase()}${reason === "None" ? "" : ` (${reason})`}`;
    if (stage !== shown) progress.stage(stage);
    shown = stage;
    progress.update("");
    await clock.sleepUntil(clock.now_ns() + msToNs(POLL_MS));
  }
}

function logPath(output_dir: string, job_id: string): string {
  return join(output_dir, `slurm_${job_id}.log`);
}

function fail(message: string): ExitCode {
  console.error(`launch: ${message}`);
  return EXIT.STACK_FAILED;
}
