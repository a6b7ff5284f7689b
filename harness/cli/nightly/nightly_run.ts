// One night: every scenario of the suite, recorded in the history, then judged. How an arm is run is the caller's (host).

import type { Clock } from "../../clock/clock.ts";
import { Random } from "../../clock/random.ts";
import { parseBenchOptions } from "../../config/bench_options.ts";
import { type ConfigProblem, formatConfigProblem } from "../../config/config_problem.ts";
import type { SuiteConfig, SuiteScenario } from "../../config/study_suite_schema.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { readHostFacts } from "../../measure/host_facts.ts";
import { scheduleRuns } from "../../study/ab_schedule.ts";
import { COMPARED_METRICS } from "../../study/compared_metrics.ts";
import { comparableKey } from "../../study/nightly/comparable_key.ts";
import type { History, NightRun, NightValues } from "../../study/nightly/history.ts";
import { judgeNight, type NightSeries } from "../../study/nightly/judge_night.ts";
import type { NightReport } from "../../study/nightly/night_report.ts";
import type { BenchFailure } from "../bench/bench_run.ts";
import { armContext, buildName, failedChecks, recordRun } from "../bench/recorded_run.ts";
import { planRun, type RunContext } from "../bench/run_context.ts";
import type { RunHost } from "../bench/run_host.ts";
import { EXIT } from "../exit_code.ts";
import type { Progress } from "../progress.ts";
import type { NightOptions } from "./nightly_options.ts";

export interface PlannedScenario {
  readonly scenario: string;
  readonly context: RunContext;
  readonly config_key: string;
}

export interface NightDeps {
  readonly options: NightOptions;
  readonly history: History;
  readonly host: Pick<RunHost, "clock" | "runArm" | "floor">;
  readonly os_clock: Clock;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export function planNight({
  suite,
  runtime,
}: NightOptions): Result<PlannedScenario[], readonly ConfigProblem[]> {
  const planned = suite.scenarios.map((scenario) => planScenario(suite, scenario, runtime));
  const problems = planned.flatMap((one) => (one.ok ? [] : one.error));
  return problems.length > 0 ? err(problems) : ok(planned.flatMap((one) => (one.ok ? [one.value] : [])));
}

export async function runNight(
  planned: readonly PlannedScenario[],
  deps: NightDeps,
): Promise<Result<NightReport, BenchFailure>> {
  const { options, history, os_clock } = deps;
  const night = { started_at: os_clock.wallTime(), suite: options.suite.name, build: buildName() };
  const night_id = history.addNight(night);
  const scenarios: NightRun[] = [];
  for (const scenario of planned) {
    const run = await runScenario(scenario, "night", deps);
    if (!run.ok) return run;
    history.addRun(night_id, run.value);
    scenarios.push(run.value);
  }
  const valid = planned.filter((_, i) => scenarios[i]?.valid === true);
  const findings = await judgeNight(
    valid.flatMap((scenario) => seriesOf(scenario, night_id, deps)),
    history.acknowledgements(),
    (name) =>
      confirm(
        present(
          planned.find(({ scenario }) => scenario === name),
          "a suspect ran tonight",
        ),
        night_id,
        deps,
      ),
    new Random(options.suite.seed).fork("nightly"),
  );
  return ok({
    schema_version: 1,
    night: { ...night, night_id },
    runtime: options.runtime,
    history_path: options.history_path,
    nights: history.nights(),
    scenarios: scenarios.map(({ scenario, config_key, valid, problems, run_path }) => ({
      ...{ scenario, valid, problems, run_path },
      nights_not_compared: history.nightsUnderOtherKeys(scenario, config_key),
    })),
    findings,
  });
}

function planScenario(
  { pairs, seed }: SuiteConfig,
  { name, topology, profile, set }: SuiteScenario,
  runtime: NightOptions["runtime"],
): Result<PlannedScenario, readonly ConfigProblem[]> {
  const args = [
    topology,
    ...["--ab", "none", "--runtime", runtime, "--seed", String(seed), "--pairs", String(pairs)],
    ...(profile === null ? [] : ["--profile", profile]),
    ...Object.entries(set).flatMap(([path, value]) => [
      "--set",
      `${path}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    ]),
  ];
  const where = (problems: readonly ConfigProblem[]): ConfigProblem[] =>
    problems.map((problem) => ({ ...problem, path: `scenario ${name}: ${problem.path}` }));
  const bench = parseBenchOptions(args, { runtimes: ["live", "sim"] });
  if (!bench.ok) return err(where(bench.error));
  if (bench.value === "help") return err([]);
  const context = planRun(bench.value);
  if (!context.ok) return err(where(context.error));
  const arm = present(context.value.plan.arms[0], "a plan has an arm");
  return ok({
    scenario: name,
    context: armContext(context.value, name, arm, scheduleRuns(1, pairs, seed)),
    config_key: comparableKey(arm.config, runtime, readHostFacts()),
  });
}

/** A stack that fails makes the scenario's run invalid, and leaves the night's other scenarios theirs. */
async function runScenario(
  { scenario, context, config_key }: PlannedScenario,
  purpose: NightRun["purpose"],
  { options, host, os_clock, progress, signal }: NightDeps,
): Promise<Result<NightRun, BenchFailure>> {
  progress.note(`${scenario}${purpose === "confirmation" ? ", once more to confirm" : ""}`);
  const argv = ["nightly", "--suite", options.suite.name];
  const out_dir = options.out_dir;
  const recorded = await recordRun({ context, host, os_clock, progress, signal, out_dir, argv });
  const named = { scenario, config_key, purpose };
  if (!recorded.ok) {
    const { exit_code, message, run_path = "" } = recorded.error;
    if (exit_code !== EXIT.STACK_FAILED) return recorded;
    progress.note(`${scenario}: the stack failed: ${message}`);
    return ok({ ...named, run_path, valid: false, problems: [`the stack failed: ${message}`], pairs: [] });
  }
  const { summary, values, run_path } = recorded.value;
  return ok({ ...named, run_path, valid: summary.valid, problems: failedChecks(summary), pairs: values });
}

/** A second run that fails or is invalid confirms nothing. */
async function confirm(
  scenario: PlannedScenario,
  night_id: number,
  deps: NightDeps,
): Promise<ReadonlyMap<string, NightValues> | null> {
  const run = await runScenario(scenario, "confirmation", deps);
  if (!run.ok) {
    deps.progress.note(`${scenario.scenario}: the second run failed: ${run.error.message}`);
    return null;
  }
  deps.history.addRun(night_id, run.value);
  if (!run.value.valid) return null;
  const { pairs } = run.value;
  return new Map(
    deps.options.suite.metrics.map((metric) => {
      const values = pairs.flatMap(({ pair_index, values }) => {
        const value = values[metric];
        return value === undefined ? [] : [[pair_index, value] as const];
      });
      return [metric, { night_id, values: new Map(values) }];
    }),
  );
}

/** Series that have a value tonight. */
function seriesOf(
  { scenario, config_key }: PlannedScenario,
  night_id: number,
  { options, history }: NightDeps,
): NightSeries[] {
  return COMPARED_METRICS.filter(({ metric }) => options.suite.metrics.includes(metric)).flatMap((metric) => {
    const nights = history.series(scenario, config_key, metric.metric);
    return nights.at(-1)?.night_id === night_id ? [{ scenario, metric, nights }] : [];
  });
}

export function wordProblems(problems: readonly ConfigProblem[]): string[] {
  return problems.map(formatConfigProblem);
}
