// Runs a planned bench: every arm of every pair on a stack of its own, in balanced order, and writes its run directory as it
// goes, so that an interruption or a crash leaves what was measured.

import { renderPerfettoTrace } from "../../../reports/perfetto/perfetto_trace.ts";
import type { Clock } from "../../clock/clock.ts";
import { type ConfigProblem, formatConfigProblem } from "../../config/config_problem.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Manifest } from "../../measure/manifest.ts";
import type { RunDirectory } from "../../measure/run_directory.ts";
import type { RunDirectoryError } from "../../measure/run_directory_error.ts";
import type { RunEvent } from "../../measure/run_event.ts";
import type { ScheduledRun } from "../../study/ab_schedule.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import type { Progress } from "../progress.ts";
import type { ArmOutcome, ArmRunner, ArmRunOptions } from "./arm_runner.ts";
import type { PlannedLoad } from "./planned_load.ts";
import { pairWorkload, type RunContext } from "./run_context.ts";
import type { ArmOutcomes } from "./summarise_run.ts";

export interface BenchRunOptions {
  readonly context: RunContext;
  readonly directory: RunDirectory;
  readonly clock: Clock;
  readonly runArm: ArmRunner;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface BenchFailure {
  readonly exit_code: ExitCode;
  readonly status: Extract<Manifest["status"], "interrupted" | "failed">;
  readonly message: string;
  /** Where the logs are, once there is a run directory. */
  readonly run_path?: string;
}

export interface BenchOutcome {
  readonly arms: readonly ArmOutcomes[];
  readonly planned: PlannedLoad;
}

export async function runBench(options: BenchRunOptions): Promise<Result<BenchOutcome, BenchFailure>> {
  const { context, signal } = options;
  const outcomes: ArmOutcome[][] = context.plan.arms.map(() => []);
  const planned = { requests: 0, prompt_tokens: 0, repeated_tokens: 0 };
  for (const [run_index, run] of context.schedule.entries()) {
    if (signal.aborted) return err(INTERRUPTED);
    const workload = pairWorkload(context, run.seed);
    if (!workload.ok) return err(unusableWorkload(workload.error));
    const { requests, prompt_tokens, theoretical_hit_ratio } = workload.value.reuse;
    planned.requests += requests;
    planned.prompt_tokens += prompt_tokens;
    planned.repeated_tokens += theoretical_hit_ratio * prompt_tokens;
    const outcome = await runScheduled(options, run, run_index, workload.value.sessions);
    if (!outcome.ok) return outcome;
    outcomes[run.arm_index]?.push(outcome.value);
  }
  return ok({
    arms: outcomes.map((of_arm, arm_index) => ({ arm_index, outcomes: of_arm })),
    // Every arm is asked for the same.
    planned: {
      requests: planned.requests / outcomes.length,
      prompt_tokens: planned.prompt_tokens / outcomes.length,
      theoretical_hit_ratio: planned.repeated_tokens / planned.prompt_tokens,
    },
  });
}

async function runScheduled(
  options: BenchRunOptions,
  { pair_index, arm_index, seed }: ScheduledRun,
  run_index: number,
  sessions: ArmRunOptions["sessions"],
): Promise<Result<ArmOutcome, BenchFailure>> {
  const { context, directory, clock, progress, signal } = options;
  const arm = present(context.plan.arms[arm_index], "the schedule names arms of the plan");
  let write_failure: string | null = null;
  const kept = (written: Result<void, RunDirectoryError>): void => {
    if (!written.ok) write_failure ??= written.error.message;
  };
  const event = (kind: RunEvent["kind"], detail: string, at_ns: number = clock.now_ns()): void =>
    kept(directory.appendEvent({ at_ns, arm: arm.name, pair_index, kind, detail }));
  const label = `run ${run_index + 1} of ${context.schedule.length}, pair ${pair_index + 1}, ${arm.name}`;
  const outcome = await options.runArm({
    run_index,
    arm,
    pair_index,
    seed,
    sessions,
    topology: context.topology,
    profiles: present(context.profiles[arm_index], "every arm has its profiles"),
    run_path: directory.path,
    logs_path: directory.logs_path,
    traced_requests: context.options.perfetto && pair_index === 0 ? TRACED_REQUESTS : null,
    signal,
    onStage: (stage) => {
      event("phase", stage);
      progress.stage(`${label}: ${stage}`);
    },
    onProgress: ({ finished_requests, planned_requests, failed_requests }) =>
      progress.update(
        `${finished_requests}/${planned_requests} requests${failed_requests > 0 ? `, ${failed_requests} failed` : ""}`,
      ),
    onRecord: (record) => kept(directory.appendRequest(record)),
    onFault: (fault, at_ns) => {
      event("fault", fault, at_ns);
      progress.note(`${label}: ${fault}`);
    },
    onSample: ({ at_ns, values }) =>
      kept(
        directory.appendEvent({ at_ns, arm: arm.name, pair_index, kind: "sample", detail: "gauges", values }),
      ),
  });
  if (signal.aborted) return err(INTERRUPTED);
  if (write_failure !== null) return err(failed(write_failure));
  if (!outcome.ok) return err(failed(outcome.error.message));
  const traced = writeTrace(directory, arm.name, outcome.value);
  return traced.ok ? outcome : err(failed(traced.error.message));
}

/** Of each process: a file of some 10 MiB, which a browser still opens. */
const TRACED_REQUESTS = 1_000;

function writeTrace(
  directory: RunDirectory,
  arm: string,
  { run, traces }: ArmOutcome,
): Result<void, RunDirectoryError> {
  if (traces.length === 0) return ok(undefined);
  const { pair_index, records } = run;
  const input = { arm, pair_index, records, processes: traces, max_requests: TRACED_REQUESTS };
  return directory.write(`trace_${arm}.json`, renderPerfettoTrace(input));
}

export const INTERRUPTED: BenchFailure = {
  exit_code: EXIT.INTERRUPTED,
  status: "interrupted",
  message: "interrupted; what was measured so far is in the run directory",
};

function failed(message: string): BenchFailure {
  return { exit_code: EXIT.STACK_FAILED, status: "failed", message };
}

function unusableWorkload(problems: readonly ConfigProblem[]): BenchFailure {
  return { exit_code: EXIT.USAGE, status: "failed", message: problems.map(formatConfigProblem).join("\n") };
}
