// `bun run noise <topology>`: A/A pairs of one configuration, and what their runs differ by.

import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { OsClock } from "../clock/os_clock.ts";
import { Random } from "../clock/random.ts";
import { parseBenchOptions } from "../config/bench_options.ts";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { present } from "../domain/assert.ts";
import type { NoiseProfile } from "../domain/noise_profile.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { scheduleRuns } from "../study/ab_schedule.ts";
import { measureNoise } from "../study/measure_noise.ts";
import { matchPairs, matchSessions } from "../study/run_pair.ts";
import { failedChecks, type RecordedRun, recordRun } from "./bench/recorded_run.ts";
import { planRun, type RunContext } from "./bench/run_context.ts";
import { openHost } from "./bench/run_host.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { renderNoise } from "./noise/noise_text.ts";
import { Progress } from "./progress.ts";

const HELP = `noise <topology> [options of bench]

Runs A/A pairs: two runs of one configuration on one trace, on stacks of their own, in balanced order. What they differ by is
noise: of every metric the spread of one pair's change, how much of it conversations make, and how many pairs a comparison
would take. bench --noise FILE and selftest-stats --noise FILE build on it.

  --pairs N     A/A pairs (default 4)
  --file FILE   where the profile is written (default noise_profile.json)
  --json        print the profile as JSON
  --help        this text
  and bench's --workload, --profile, --trace, --set, --runtime, --seed, --out

Exit codes: 0 measured; 2 usage; 3 a run is invalid, and no profile is written; 4 the stack failed; 130 interrupted.
`;
const DEFAULT_PAIRS = 4;

interface NoiseOptions {
  readonly context: RunContext;
  readonly file: string;
  readonly json: boolean;
}

const argv = process.argv.slice(2);
process.exit(await main());

async function main(): Promise<ExitCode> {
  if (argv.includes("--help")) {
    console.log(HELP);
    return EXIT.DONE;
  }
  const options = readOptions(argv);
  if (!options.ok) {
    for (const problem of options.error) console.error(formatConfigProblem(problem));
    return EXIT.USAGE;
  }
  const os_clock = new OsClock();
  const progress = new Progress(os_clock, process.stderr.isTTY);
  const recorded = await record(options.value, os_clock, progress);
  progress.end();
  if (!recorded.ok) {
    console.error(recorded.error.message);
    return recorded.error.exit_code;
  }
  const { summary, run_path } = recorded.value;
  if (!summary.valid) {
    console.error(`The runs are invalid, so they measure no noise:\n${failedChecks(summary).join("\n")}`);
    console.error(`Run directory: ${run_path}`);
    return EXIT.INVALID_RUN;
  }
  const profile = profileOf(options.value.context, recorded.value, os_clock.wallTime());
  writeFileSync(options.value.file, `${JSON.stringify(profile, null, 2)}\n`);
  console.log(options.value.json ? JSON.stringify(profile, null, 2) : renderNoise(profile));
  console.error(`Noise profile: ${options.value.file}`);
  return EXIT.DONE;
}

/** `--file` is this command's own; all else is bench's, with one arm. */
function readOptions(argv: readonly string[]): Result<NoiseOptions, readonly ConfigProblem[]> {
  const at = argv.indexOf("--file");
  const file = at < 0 ? "noise_profile.json" : argv[at + 1];
  if (file === undefined) {
    return err([{ path: "--file", rule: "must name a file", got: undefined, next_step: "Use --file FILE." }]);
  }
  const rest = at < 0 ? argv : argv.toSpliced(at, 2);
  const pairs = rest.includes("--pairs") ? [] : ["--pairs", String(DEFAULT_PAIRS)];
  const bench = parseBenchOptions([...rest, "--ab", "none", ...pairs], { runtimes: ["live", "sim"] });
  if (!bench.ok) return bench;
  if (bench.value === "help") return err([]);
  if (bench.value.pairs < 2) {
    const next_step = "One pair does not show how much pairs differ.";
    return err([{ path: "--pairs", rule: "must be at least 2", got: bench.value.pairs, next_step }]);
  }
  const planned = planRun(bench.value);
  return planned.ok ? ok({ context: asTwins(planned.value), file, json: bench.value.json }) : planned;
}

/** The one arm twice: each pair runs it on two stacks. */
function asTwins(context: RunContext): RunContext {
  const arm = present(context.plan.arms[0], "a plan has an arm");
  const profiles = present(context.profiles[0], "an arm has profiles");
  return {
    ...context,
    plan: { ...context.plan, arms: ["first", "second"].map((name) => ({ ...arm, name })) },
    profiles: [profiles, profiles],
    schedule: scheduleRuns(2, context.options.pairs, context.base_seed),
  };
}

async function record(
  { context }: NoiseOptions,
  os_clock: OsClock,
  progress: Progress,
): ReturnType<typeof recordRun> {
  const host = await openHost(context, os_clock, progress);
  if (!host.ok) return err({ exit_code: EXIT.STACK_FAILED, status: "failed", message: host.error });
  const interrupt = new AbortController();
  process.on("SIGINT", () => interrupt.abort());
  process.on("SIGTERM", () => interrupt.abort());
  const { out_dir } = context.options;
  const signal = interrupt.signal;
  const recorded = await recordRun({
    ...{ context, host: host.value, os_clock, progress, signal, out_dir },
    argv: ["noise", ...argv],
  });
  await host.value.close();
  return recorded;
}

function profileOf(
  { plan, options, base_seed }: RunContext,
  { arms }: RecordedRun,
  now: string,
): NoiseProfile {
  const [first = [], second = []] = arms.map(({ outcomes }) => outcomes.map(({ run }) => run));
  const pairs = matchPairs(first, second).map((pair) => ({ ...pair, sessions: matchSessions(pair) }));
  return {
    schema_version: 1,
    measured_at: now,
    scenario: plan.scenario,
    host: `${hostname()}, ${options.runtime}`,
    pairs: pairs.length,
    metrics: measureNoise(pairs, new Random(base_seed).fork("noise")),
  };
}
