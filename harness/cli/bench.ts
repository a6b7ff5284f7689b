// `bun run bench <topology> …`: stands up the stack, replays the workload, compares the arms, writes and prints the report.

import { renderTerminal } from "../../reports/terminal_report.ts";
import { renderAll } from "../../reports/write_reports.ts";
import { OsClock } from "../clock/os_clock.ts";
import { BENCH_HELP } from "../config/bench_help.ts";
import { type BenchOptions, parseBenchOptions } from "../config/bench_options.ts";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { present } from "../domain/assert.ts";
import { ok, type Result } from "../domain/result.ts";
import type { Manifest } from "../measure/manifest.ts";
import { readRun } from "../measure/read_run.ts";
import { RunDirectory } from "../measure/run_directory.ts";
import type { RunDirectoryError } from "../measure/run_directory_error.ts";
import type { RunSummary } from "../measure/run_summary.ts";
import { type BenchOutcome, runBench } from "./bench/bench_run.ts";
import { renderDryRun } from "./bench/dry_run.ts";
import { withPrediction } from "./bench/predict_run.ts";
import { pairWorkload, planRun, type RunContext } from "./bench/run_context.ts";
import { openHost } from "./bench/run_host.ts";
import { startManifest } from "./bench/run_manifest.ts";
import { summariseRun } from "./bench/summarise_run.ts";
import { prepareEndpoints } from "./endpoint/prepare_endpoints.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { Progress } from "./progress.ts";

const argv = process.argv.slice(2);
process.exit(await main(argv));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const options = parseBenchOptions(argv, {
    runtimes: ["live", "sim", "cluster"],
    fresh_seed: Date.parse(new OsClock().wallTime()),
  });
  if (!options.ok) return refuse(options.error);
  if (options.value === "help") {
    console.log(BENCH_HELP);
    return EXIT.DONE;
  }
  const prepared = await prepareEndpoints(options.value);
  if (!prepared.ok) {
    console.error(prepared.error.message);
    return prepared.error.exit_code;
  }
  const context = planRun(prepared.value);
  if (!context.ok) return refuse(context.error);
  // A workload that cannot be read is found here, before anything is started.
  const first = pairWorkload(context.value, present(context.value.schedule[0], "a schedule has a run").seed);
  if (!first.ok) return refuse(first.error);
  if (options.value.dry_run) {
    console.log(renderDryRun(context.value, first.value));
    return EXIT.DONE;
  }
  return bench(prepared.value, context.value);
}

async function bench(options: BenchOptions, context: RunContext): Promise<ExitCode> {
  const os_clock = new OsClock();
  const progress = new Progress(os_clock, process.stderr.isTTY);
  for (const line of context.plan.notes) progress.note(line);
  const host = await openHost(context, os_clock, progress);
  if (!host.ok) return fail(progress, EXIT.STACK_FAILED, host.error);
  const created = RunDirectory.create(options.out_dir, context.plan.scenario, os_clock.wallTime());
  if (!created.ok) return fail(progress, EXIT.USAGE, created.error.message);
  using directory = created.value;
  const manifest = startManifest(context, host.value, ["bench", ...argv], os_clock.wallTime());
  const begun = directory.writeManifest(manifest);
  if (!begun.ok) {
    await host.value.close();
    return fail(progress, EXIT.USAGE, begun.error.message);
  }

  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const { clock, runArm, floor } = host.value;
  const outcome = await runBench({ context, directory, clock, runArm, progress, signal: interrupt.signal });
  await host.value.close();
  progress.end();

  const finish = (ending: Pick<Manifest, "status" | "reason">): Result<void, RunDirectoryError> =>
    directory.writeManifest({ ...manifest, ...ending, finished_at: os_clock.wallTime() });
  if (!outcome.ok) {
    const { status, message, exit_code } = outcome.error;
    const finished = finish({ status, reason: message });
    const unfinished = finished.ok ? "" : `\n${finished.error.message}`;
    return fail(progress, exit_code, `${message}${unfinished}\nRun directory: ${directory.path}`);
  }
  const { arms, planned } = outcome.value;
  const measured = summariseRun(context, floor, arms, planned);
  const summary = options.compare_with_sim
    ? await withPrediction(context, measured, progress, interrupt.signal)
    : measured;
  const finished = finish({ status: "done", reason: null });
  const written = firstFailure([finished, writeResults(context, directory, outcome.value, summary)]);
  if (!written.ok) return fail(progress, EXIT.STACK_FAILED, written.error.message);
  return report(options, directory, summary);
}

/** The first failure, with everything else tried. */
function writeResults(
  { plan }: RunContext,
  directory: RunDirectory,
  { arms }: BenchOutcome,
  summary: RunSummary,
): Result<void, RunDirectoryError> {
  const written = [
    directory.writeSummary(summary),
    ...arms.map(({ arm_index, outcomes }) => {
      const { name } = present(plan.arms[arm_index], "an outcome belongs to an arm");
      return directory.writeHistograms(
        name,
        outcomes.flatMap(({ run }) => run.records),
      );
    }),
  ];
  return firstFailure(written);
}

/** Renders from what is on disk, exactly as `bun run report` does later. */
function report(options: BenchOptions, directory: RunDirectory, summary: RunSummary): ExitCode {
  const stored = readRun(directory.path);
  if (!stored.ok) {
    console.error(stored.error.message);
    return EXIT.STACK_FAILED;
  }
  const input = { ...stored.value, summary };
  const written = firstFailure(
    renderAll(input).map(({ file_name, text }) => directory.write(file_name, text)),
  );
  if (options.json) console.log(JSON.stringify(summary, null, 2));
  else console.log(renderTerminal(input, { colours: process.stdout.isTTY, run_path: directory.path }));
  if (!written.ok) {
    console.error(written.error.message);
    return EXIT.STACK_FAILED;
  }
  if (!summary.valid) return EXIT.INVALID_RUN;
  const is_worse = summary.comparisons.some((comparison) => comparison.verdict === "worse");
  return options.fail_on_worse && is_worse ? EXIT.WORSE : EXIT.DONE;
}

function firstFailure(written: readonly Result<void, RunDirectoryError>[]): Result<void, RunDirectoryError> {
  return written.find((one) => !one.ok) ?? ok(undefined);
}

function refuse(problems: readonly ConfigProblem[]): ExitCode {
  for (const problem of problems) console.error(formatConfigProblem(problem));
  console.error("See bun run bench --help.");
  return EXIT.USAGE;
}

function fail(progress: Progress, exit_code: ExitCode, message: string): ExitCode {
  progress.end();
  console.error(message);
  return exit_code;
}
