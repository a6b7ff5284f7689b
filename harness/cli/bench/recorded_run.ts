// One arm, run as often as its schedule says and recorded as a run directory of its own, which `bun run report` reads: the
// unit that studies and nightlies are made of.

import type { Clock } from "../../clock/clock.ts";
import type { Arm } from "../../config/build_arms.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { RunDirectory } from "../../measure/run_directory.ts";
import type { RunSummary } from "../../measure/run_summary.ts";
import type { ScheduledRun } from "../../study/ab_schedule.ts";
import { type MetricValues, metricValuesOf } from "../../study/metric_values.ts";
import { EXIT } from "../exit_code.ts";
import type { Progress } from "../progress.ts";
import { type BenchFailure, type BenchOutcome, runBench } from "./bench_run.ts";
import type { RunContext } from "./run_context.ts";
import type { RunHost } from "./run_host.ts";
import { gitState, startManifest } from "./run_manifest.ts";
import { summariseRun } from "./summarise_run.ts";

export interface RecordedRunOptions {
  /** Of one arm (armContext), or of arms that are not compared. */
  readonly context: RunContext;
  readonly host: Pick<RunHost, "clock" | "runArm" | "floor">;
  readonly os_clock: Clock;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Directory in which the run directory is made. */
  readonly out_dir: string;
  readonly argv: readonly string[];
}

export interface RecordedRun {
  readonly run_path: string;
  readonly summary: RunSummary;
  /** [schedule] of the first arm, by pair. */
  readonly values: readonly { readonly pair_index: number; readonly values: MetricValues }[];
  readonly elapsed_s: number;
  readonly arms: BenchOutcome["arms"];
}

/** `base` for another arm and schedule; all else stays. */
export function armContext(
  base: RunContext,
  scenario: string,
  arm: Arm,
  runs: readonly ScheduledRun[],
): RunContext {
  return {
    ...base,
    plan: { scenario, factor_name: null, factor_path: null, arms: [arm], notes: [] },
    profiles: base.profiles.slice(0, 1),
    schedule: runs.map((run) => ({ ...run, arm_index: 0 })),
  };
}

export async function recordRun(options: RecordedRunOptions): Promise<Result<RecordedRun, BenchFailure>> {
  const { context, host, os_clock, progress, signal, out_dir, argv } = options;
  const started_ns = os_clock.now_ns();
  const created = RunDirectory.create(out_dir, context.plan.scenario, os_clock.wallTime());
  if (!created.ok) return err({ exit_code: EXIT.USAGE, status: "failed", message: created.error.message });
  using directory = created.value;
  const manifest = startManifest(context, host, argv, os_clock.wallTime());
  const begun = directory.writeManifest(manifest);
  if (!begun.ok) return err({ exit_code: EXIT.USAGE, status: "failed", message: begun.error.message });
  const outcome = await runBench({
    context,
    directory,
    clock: host.clock,
    runArm: host.runArm,
    progress,
    signal,
  });
  const finished_at = os_clock.wallTime();
  if (!outcome.ok) {
    const { status, message } = outcome.error;
    const finished = directory.writeManifest({ ...manifest, status, reason: message, finished_at });
    const failure = { ...outcome.error, run_path: directory.path };
    return err(finished.ok ? failure : { ...failure, message: `${message}\n${finished.error.message}` });
  }
  const { arms, planned } = outcome.value;
  const summary = summariseRun(context, host.floor, arms, planned);
  const writes = [
    directory.writeSummary(summary),
    directory.writeManifest({ ...manifest, status: "done", finished_at }),
  ];
  for (const written of writes) {
    if (written.ok) continue;
    return err({ exit_code: EXIT.STACK_FAILED, status: "failed", message: written.error.message });
  }
  const { outcomes } = present(arms[0], "a recorded run has an arm");
  return ok({
    run_path: directory.path,
    summary,
    values: outcomes.map(({ run }) => ({ pair_index: run.pair_index, values: metricValuesOf(run) })),
    elapsed_s: (os_clock.now_ns() - started_ns) / NS_PER_S,
    arms,
  });
}

/** `cold_start: owner-0 held 12 keys` of each check that failed. */
export function failedChecks({ validity }: RunSummary): string[] {
  return validity.filter((check) => check.ok === false).map(({ check, detail }) => `${check}: ${detail}`);
}

/** The program's git head, marked where the checkout is not clean. */
export function buildName(): string {
  const { git_head, git_dirty } = gitState();
  return `${git_head ?? "no git checkout"}${git_dirty === true ? " with changes" : ""}`;
}
