// `bun run ablate <study.yaml>`: factors × levels in balanced blocks, one report.

import { renderAblationHtml } from "../../reports/ablation_html.ts";
import { renderAblationTerminal } from "../../reports/ablation_terminal.ts";
import { OsClock } from "../clock/os_clock.ts";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readRun } from "../measure/read_run.ts";
import { buildCells, type StudyCell } from "../study/ablation/build_cells.ts";
import { type CellRunner, runStudy, studyProgress } from "../study/ablation/run_study.ts";
import { studyOutcome } from "../study/ablation/study_outcome.ts";
import {
  type CellResult,
  finishedResults,
  type StudyIdentity,
  StudyStore,
  studyPath,
} from "../study/ablation/study_store.ts";
import { renderAblateDryRun } from "./ablate/ablate_dry_run.ts";
import { ABLATE_HELP, type AblateOptions, parseAblateOptions } from "./ablate/ablate_options.ts";
import { INTERRUPTED } from "./bench/bench_run.ts";
import { recordCell } from "./bench/record_cell.ts";
import { armContext, buildName, type RecordedRunOptions } from "./bench/recorded_run.ts";
import { planRun, type RunContext } from "./bench/run_context.ts";
import { openHost } from "./bench/run_host.ts";
import { realAndModelled } from "./bench/run_manifest.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { Progress } from "./progress.ts";
import { SimCellWorkers, simCellsAtOnce } from "./sim/sim_cell_workers.ts";

interface Failure {
  readonly exit_code: ExitCode;
  readonly message: string;
}

const argv = process.argv.slice(2);
process.exit(await main(argv));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const options = parseAblateOptions(argv);
  if (!options.ok) return refuse(options.error);
  if (options.value === "help") {
    console.log(ABLATE_HELP);
    return EXIT.DONE;
  }
  const { study, bench } = options.value;
  const cells = buildCells(study, bench.config_input);
  if (!cells.ok) return refuse(cells.error);
  const context = planRun({ ...bench, ab: null });
  if (!context.ok) return refuse(context.error);
  const done = await (options.value.dry_run ? dryRun : ablate)(options.value, cells.value, context.value);
  if (done.ok) return done.value;
  console.error(done.error.message);
  return done.error.exit_code;
}

async function dryRun(
  { study, bench, out_dir }: AblateOptions,
  cells: readonly StudyCell[],
  context: RunContext,
): Promise<Result<ExitCode, Failure>> {
  const earlier = finishedResults(studyPath(out_dir, identityOf(study, cells, bench.runtime)));
  const progress = studyProgress(cells.length, study.blocks, study.seed, earlier);
  console.log(await renderAblateDryRun(study, cells, context, progress));
  return ok(EXIT.DONE);
}

async function ablate(
  options: AblateOptions,
  cells: readonly StudyCell[],
  context: RunContext,
): Promise<Result<ExitCode, Failure>> {
  const { study, bench } = options;
  const os_clock = new OsClock();
  const progress = new Progress(os_clock, process.stderr.isTTY);
  const identity = identityOf(study, cells, bench.runtime);
  const opened = StudyStore.open(options.out_dir, identity, options.fresh);
  if (!opened.ok) return err({ exit_code: EXIT.USAGE, message: opened.error });
  using store = opened.value;
  const host = await openHost(context, os_clock, progress);
  if (!host.ok) return err({ exit_code: EXIT.STACK_FAILED, message: host.error });
  const interrupt = abortOnSignals();
  const recording = {
    context,
    host: host.value,
    os_clock,
    progress,
    signal: interrupt,
    out_dir: store.runs_path,
  };
  const left = studyProgress(cells.length, study.blocks, study.seed, finishedResults(store.path));
  if (left.finished.length > 0)
    progress.note(`${left.finished.length} runs are done already, ${left.left.length} are left`);
  const at_once = bench.runtime === "sim" ? simCellsAtOnce(left.left.length) : 1;
  await using workers = at_once > 1 ? new SimCellWorkers(at_once) : null;
  const results = await runStudy<Failure>(
    cells,
    left,
    cellRunner({ ...recording, argv: ["ablate", ...argv] }, cells.length, workers),
    (result) => asFailure(store.append(result)),
    at_once,
  );
  await host.value.close();
  progress.end();
  if (!results.ok)
    return err({ ...results.error, message: `${results.error.message}\nStudy directory: ${store.path}` });

  const outcome = studyOutcome(
    study,
    bench.runtime,
    cells,
    results.value,
    recordsOf,
    realAndModelled(context),
  );
  const colours = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  const text = renderAblationTerminal(outcome, { colours, width: process.stdout.columns ?? 120 });
  console.log(options.json ? JSON.stringify(outcome, null, 2) : `${text}\nReport: ${store.path}/study.html`);
  for (const written of [
    store.write("outcome.json", `${JSON.stringify(outcome, null, 2)}\n`),
    store.write("study.html", renderAblationHtml(outcome)),
  ]) {
    if (!written.ok) return err({ exit_code: EXIT.STACK_FAILED, message: written.error });
  }
  return ok(outcome.valid ? EXIT.DONE : EXIT.INVALID_RUN);
}

function recordsOf({ run_path }: CellResult): readonly RequestRecord[] | null {
  const run = readRun(run_path);
  return run.ok ? run.value.records : null;
}

/** Each run of a cell is a run directory of its own under the study's. */
function cellRunner(
  recording: RecordedRunOptions,
  cell_count: number,
  workers: SimCellWorkers | null,
): CellRunner<Failure> {
  return async (cell, run) => {
    const block = run.pair_index + 1;
    recording.progress.note(`block ${block}, run ${run.position + 1} of ${cell_count}: ${cell.arm.name}`);
    const name = `block${block}_${cell.arm.name.replaceAll(" ", "_")}`;
    const context = armContext(recording.context, name, cell.arm, [run]);
    if (workers === null) return recordCell({ ...recording, context });
    const { out_dir, argv, signal } = recording;
    if (signal.aborted) return err(INTERRUPTED);
    const answer = await workers.run({ context, out_dir, argv });
    // Workers hear a terminal's Ctrl-C too, and die of it.
    return !answer.ok && signal.aborted ? err(INTERRUPTED) : answer;
  };
}

function identityOf(
  study: AblateOptions["study"],
  cells: readonly StudyCell[],
  runtime: string,
): StudyIdentity {
  return { study, cells, runtime, build: buildName() };
}

function abortOnSignals(): AbortSignal {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return interrupt.signal;
}

function asFailure(result: Result<void, string>): Result<void, Failure> {
  return result.ok ? result : err({ exit_code: EXIT.STACK_FAILED, message: result.error });
}

function refuse(problems: readonly ConfigProblem[]): ExitCode {
  for (const problem of problems) console.error(formatConfigProblem(problem));
  console.error("See bun run ablate --help.");
  return EXIT.USAGE;
}
