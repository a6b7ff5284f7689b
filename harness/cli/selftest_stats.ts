// `bun run selftest-stats`: proves the statistics on simulated comparisons whose truth is known.

import { OsClock } from "../clock/os_clock.ts";
import { Random } from "../clock/random.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { readNoiseFile } from "../config/noise_file.ts";
import type { NoiseProfile } from "../domain/noise_profile.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { meanOfSessions, quantileOfSessions } from "../stats/session_statistic.ts";
import { bootstrapCoverage } from "../study/bootstrap_proof.ts";
import { proveFamily } from "../study/family_proof.ts";
import { checkProof, proveStatistics } from "../study/statistics_proof.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { Progress } from "./progress.ts";
import { hitRatioPool } from "./selftest/hit_ratio_pool.ts";
import {
  ASSUMED_NOISE,
  noiseLike,
  POOL_METRICS,
  type PoolNoise,
  simulatePool,
} from "./selftest/selftest_stats_pool.ts";
import { renderSelftest } from "./selftest/selftest_stats_text.ts";

const HELP = `selftest-stats [options]

Simulates comparisons of a configuration with itself and shows how often the statistics see what is not there, how often an
interval holds a known effect, and how likely a slowdown of each size is found with each number of pairs.

  --comparisons N   A/A comparisons of 6 pairs (default 400)
  --seed N          of traces and noise (default 1)
  --noise FILE      put in as much noise as a measured profile has (bun run noise); default: an assumed amount
  --json            print the figures as JSON
  --help            this text

Exit codes: 0 every check holds; 1 one does not; 2 usage.
`;
const FLAGS = {
  comparisons: "value",
  help: "switch",
  json: "switch",
  noise: "value",
  seed: "value",
} as const;
/** By which a measured profile's noise is taken over. */
const NOISE_METRIC = "ttft_ms_mean";
/** What bench takes. */
const DEFAULT_PAIRS = 6;
const DEFAULT_COMPARISONS = 400;
const BOOTSTRAPPED = [
  { metric: "ttft_ms_mean", statistic: meanOfSessions },
  { metric: "ttft_ms_p99", statistic: quantileOfSessions(0.99) },
];

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) {
    console.log(HELP);
    return EXIT.DONE;
  }
  const comparisons = flags.integer("comparisons", 1) ?? DEFAULT_COMPARISONS;
  const seed = flags.integer("seed", 0) ?? 1;
  const profile = readProfile(flags);
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(formatConfigProblem(problem));
    return EXIT.USAGE;
  }
  const options = { comparisons, seed, profile };
  return await selftest(options, flags.has("json"));
}

interface SelftestOptions {
  readonly comparisons: number;
  readonly seed: number;
  readonly profile: NoiseProfile | null;
}

async function selftest({ comparisons, seed, profile }: SelftestOptions, json: boolean): Promise<ExitCode> {
  const progress = new Progress(new OsClock(), process.stderr.isTTY);
  const pairs = Math.max(comparisons * DEFAULT_PAIRS, 2 * DEFAULT_PAIRS);
  const noise = await poolNoise(profile, seed, progress);
  if (!noise.ok) return fail(noise.error);
  progress.stage(`simulating ${pairs} pairs`);
  const pool = await simulatePool(pairs, seed, noise.value, (done) => progress.update(`${done} done`));
  if (!pool.ok) return fail(pool.error);
  const { values, ttft } = pool.value;
  const ratios = hitRatioPool(pairs, new Random(seed).fork("hit_ratio"));
  const proofs = [
    ...POOL_METRICS.map((metric) => ({ metric, proof: proveStatistics(values[metric], DEFAULT_PAIRS) })),
    { metric: "hit_ratio", proof: proveStatistics(ratios, DEFAULT_PAIRS, "points") },
  ];
  const family = proveFamily([...POOL_METRICS.map((metric) => values[metric]), ratios], DEFAULT_PAIRS);
  progress.stage("resampling conversations");
  const random = new Random(seed).fork("bootstrap");
  const bootstrap = BOOTSTRAPPED.map(({ metric, statistic }) => ({
    metric,
    coverage: bootstrapCoverage(ttft, statistic, DEFAULT_PAIRS, random.fork(metric)),
  }));
  progress.end();
  const figures = { seed, ...noise.value, proofs, family, bootstrap };
  console.log(json ? JSON.stringify(figures, null, 2) : renderSelftest(figures));
  const holds =
    family.any_p_holm <= family.bound && proofs.every(({ proof }) => checkProof(proof).every(({ ok }) => ok));
  return holds ? EXIT.DONE : EXIT.WORSE;
}

function readProfile(flags: FlagReader): NoiseProfile | null {
  const path = flags.text("noise");
  if (path === undefined) return null;
  const read = readNoiseFile(path);
  if (read.ok) return read.value;
  flags.report(read.error);
  return null;
}

async function poolNoise(
  profile: NoiseProfile | null,
  seed: number,
  progress: Progress,
): Promise<Result<PoolNoise, string>> {
  if (profile === null) return ok(ASSUMED_NOISE);
  const measured = profile.metrics.find(({ metric }) => metric === NOISE_METRIC);
  if (measured === undefined || measured.pair_sd === 0)
    return err(`the noise profile has no ${NOISE_METRIC}`);
  progress.stage(`scaling the noise to ${measured.pair_sd.toFixed(2)} % a pair, as ${profile.scenario} had`);
  return await noiseLike(NOISE_METRIC, measured.pair_sd, seed);
}

function fail(message: string): ExitCode {
  console.error(message);
  return EXIT.USAGE;
}
