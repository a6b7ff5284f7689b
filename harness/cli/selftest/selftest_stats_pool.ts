// A/A pairs from the simulator: both runs of a pair have the same configuration and trace. The simulator itself repeats to the
// byte, so what differs between runs of a live stack is put in: the speed of the GPU model and of the host's software, each
// drawn anew for every run. What noise does to TTFT through queues, batches and caches is the simulator's. How much noise: an
// assumption, or as much as makes the simulated pairs differ as measured ones do.

import { Random } from "../../clock/random.ts";
import { parseBenchOptions } from "../../config/bench_options.ts";
import { type ConfigProblem, formatConfigProblem } from "../../config/config_problem.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Session } from "../../domain/session.ts";
import type { ArmRun } from "../../measure/arm_run.ts";
import { TTFT_MS } from "../../measure/ttft_ms.ts";
import { LAPTOP_HOST } from "../../sim/host_profile.ts";
import { type PairValues, pairInterval } from "../../stats/pair_interval.ts";
import type { Pair } from "../../stats/paired_bootstrap.ts";
import type { SessionSamples } from "../../stats/session_statistic.ts";
import { pairSeed } from "../../study/ab_schedule.ts";
import { metricValuesOf } from "../../study/metric_values.ts";
import { matchSessions } from "../../study/run_pair.ts";
import { pairWorkload, planRun, type RunContext } from "../bench/run_context.ts";
import { runSimArm } from "../sim/sim_arm.ts";

/** Standard deviations of a run's speed, of its logarithm. */
export interface PoolNoise {
  readonly gpu_sd: number;
  readonly host_sd: number;
}

export const ASSUMED_NOISE: PoolNoise = { gpu_sd: 0.015, host_sd: 0.1 };
export const POOL_METRICS = [
  "ttft_ms_mean",
  "ttft_ms_p50",
  "ttft_ms_p90",
  "ttft_ms_p99",
  "e2el_ms_mean",
] as const;
export type PoolMetric = (typeof POOL_METRICS)[number];
export interface Pool {
  readonly values: Readonly<Record<PoolMetric, readonly PairValues[]>>;
  /** [pairs] TTFT of every request, by conversation. */
  readonly ttft: readonly Pair<SessionSamples>[];
}

const ARGS = [
  ...["2p1d", "--workload", "multi_turn", "--ab", "none", "--runtime", "sim"],
  ...["workload.sessions=6", "workload.turns=2", "load.concurrency=6", "engine.num_hbm_blocks=128"].flatMap(
    (setting) => ["--set", setting],
  ),
];
const PROGRESS_PAIRS = 100;
const PILOT_PAIRS = 200;

/** The assumed noise × what makes one pair's change of `metric` have the spread `pair_sd_pct`. */
export async function noiseLike(
  metric: PoolMetric,
  pair_sd_pct: number,
  seed: number,
): Promise<Result<PoolNoise, string>> {
  const pilot = await simulatePool(PILOT_PAIRS, seed, ASSUMED_NOISE, () => {});
  if (!pilot.ok) return pilot;
  const simulated = pairInterval(pilot.value.values[metric], "percent")?.sd ?? 0;
  if (simulated === 0) return err("the simulator's pairs do not differ: its noise cannot be scaled");
  const scale = pair_sd_pct / simulated;
  return ok({ gpu_sd: scale * ASSUMED_NOISE.gpu_sd, host_sd: scale * ASSUMED_NOISE.host_sd });
}

export async function simulatePool(
  pairs: number,
  seed: number,
  noise: PoolNoise,
  onProgress: (done: number) => void,
): Promise<Result<Pool, string>> {
  const context = planPool();
  if (!context.ok) return err(context.error.map(formatConfigProblem).join("\n"));
  const random = new Random(seed).fork("noise");
  const values: Record<PoolMetric, PairValues[]> = {
    ...{ ttft_ms_mean: [], ttft_ms_p50: [], ttft_ms_p90: [], ttft_ms_p99: [] },
    e2el_ms_mean: [],
  };
  const ttft: Pair<SessionSamples>[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const trace_seed = pairSeed(seed, pair);
    const workload = pairWorkload(context.value, trace_seed);
    if (!workload.ok) return err(workload.error.map(formatConfigProblem).join("\n"));
    const { sessions } = workload.value;
    const baseline = await simulateRun(context.value, sessions, trace_seed, noise, random);
    const candidate = await simulateRun(context.value, sessions, trace_seed, noise, random);
    const of = { baseline: metricValuesOf(baseline), candidate: metricValuesOf(candidate) };
    for (const metric of POOL_METRICS) {
      values[metric].push({
        baseline: present(of.baseline[metric], "a simulated run has latencies"),
        candidate: present(of.candidate[metric], "a simulated run has latencies"),
      });
    }
    ttft.push(
      matchSessions({ baseline, candidate }).map((session) => ({
        baseline: session.baseline.flatMap((record) => TTFT_MS.of(record)),
        candidate: session.candidate.flatMap((record) => TTFT_MS.of(record)),
      })),
    );
    if ((pair + 1) % PROGRESS_PAIRS === 0) onProgress(pair + 1);
  }
  return ok({ values, ttft });
}

function planPool(): Result<RunContext, readonly ConfigProblem[]> {
  const options = parseBenchOptions(ARGS, { runtimes: ["sim"] });
  if (!options.ok) return options;
  return options.value === "help" ? err([]) : planRun(options.value);
}

async function simulateRun(
  { plan, profiles, topology }: RunContext,
  sessions: readonly Session[],
  seed: number,
  { gpu_sd, host_sd }: PoolNoise,
  random: Random,
): Promise<ArmRun> {
  const { model, gpu } = present(profiles[0], "an arm has profiles");
  const gpu_speed = Math.exp(gpu_sd * random.normal());
  const host_speed = Math.exp(host_sd * random.normal());
  const { run } = await runSimArm({
    arm: present(plan.arms[0], "a plan has an arm"),
    pair_index: 0,
    seed,
    sessions,
    topology,
    profiles: {
      model,
      gpu: {
        ...gpu,
        flops_per_s: gpu.flops_per_s * gpu_speed,
        hbm_bytes_per_s: gpu.hbm_bytes_per_s * gpu_speed,
      },
    },
    host: {
      ...LAPTOP_HOST,
      rpc_ns: Math.round(LAPTOP_HOST.rpc_ns / host_speed),
      http_ns: Math.round(LAPTOP_HOST.http_ns / host_speed),
      sse_ns: Math.round(LAPTOP_HOST.sse_ns / host_speed),
      step_lateness_us: LAPTOP_HOST.step_lateness_us / host_speed,
    },
    onRecord: () => {},
  });
  return run;
}
