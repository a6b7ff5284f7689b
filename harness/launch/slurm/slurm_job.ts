// One job of Slurm: submitted, followed to its end, cancelled. Slurm's own commands are asked; their errors are worded for the user.

import { err, ok, type Result } from "../../domain/result.ts";

export interface JobState {
  /** PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, TIMEOUT, … */
  readonly state: string;
  /** Why it waits: Resources, Priority, …; None else. */
  readonly reason: string;
  /** Of its script; null until it has ended. */
  readonly exit_code: number | null;
}

/** States in which nothing of a job runs any more, or will. */
const ENDED = new Set([
  ...["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED"],
  ...["BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "REVOKED"],
]);

/** The job's id. */
export function submitJob(script_path: string): Result<string, string> {
  const submitted = run(["sbatch", "--parsable", script_path]);
  // `id` or `id;cluster`
  return submitted.ok ? ok(submitted.value.trim().split(";")[0] ?? "") : submitted;
}

export function jobState(job_id: string): Result<JobState, string> {
  const shown = run(["scontrol", "--oneliner", "show", "job", job_id]);
  if (!shown.ok) return shown;
  const field = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(shown.value)?.[1] ?? "";
  const state = field("JobState");
  const exit_code = ENDED.has(state) ? Number(field("ExitCode").split(":")[0]) : null;
  return ok({ state, reason: field("Reason"), exit_code });
}

export function cancelJob(job_id: string): Result<string, string> {
  return run(["scancel", job_id]);
}

function run(argv: readonly string[]): Result<string, string> {
  const [program = ""] = argv;
  if (Bun.which(program) === null)
    return err(`${program} is not on PATH. Run this on a login node of the Slurm cluster.`);
  const ran = Bun.spawnSync([...argv]);
  if (ran.exitCode === 0) return ok(ran.stdout.toString());
  return err(`${argv.join(" ")}: ${ran.stderr.toString().trim()}`);
}
