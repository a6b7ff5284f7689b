// A/A pairs from the simulator: both runs of a pair have the same configuration and trace. The simulator itself repeats to the
// byte, so what differs between runs of a live stack is put in: the speed of the GPU model and of the host's software, each
// drawn anew for every run. What noise does to TTFT through queues, batches and caches is the simulator's.

import { Random } from "../clock/random.ts";
import { parseBenchOptions } from "../config/bench_options.ts";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { present } from "../domain/assert.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Session } from "../domain/session.ts";
import { LAPTOP_HOST } from "../sim/host_profile.ts";
import type { PairValues } from "../stats/pair_interval.ts";
import { pairSeed } from "../study/ab_schedule.ts";
import { metricValuesOf } from "../study/metric_values.ts";
import { pairWorkload, planRun, type RunContext } from "./run_context.ts";
import { runSimArm } from "./sim_arm.ts";

export const GPU_SD = 0.015;
export const HOST_SD = 0.1;
export const POOL_METRICS = ["ttft_ms_mean", "ttft_ms_p90", "e2el_ms_mean"] as const;
export type PoolMetric = (typeof POOL_METRICS)[number];
export type Pool = Readonly<Record<PoolMetric, readonly PairValues[]>>;

const ARGS = [
  ...["2p1d", "--ab", "none", "--runtime", "sim"],
  ...["workload.sessions=6", "workload.turns=2", "load.concurrency=6", "engine.num_hbm_blocks=128"].flatMap(
    (setting) => ["--set", setting],
  ),
];
const PROGRESS_PAIRS = 100;

export async function simulatePool(
  pairs: number,
  seed: number,
  onProgress: (done: number) => void,
): Promise<Result<Pool, string>> {
  const context = planPool();
  if (!context.ok) return err(context.error.map(formatConfigProblem).join("\n"));
  const random = new Random(seed).fork("noise");
  const pool: Record<PoolMetric, PairValues[]> = { ttft_ms_mean: [], ttft_ms_p90: [], e2el_ms_mean: [] };
  for (let pair = 0; pair < pairs; pair++) {
    const trace_seed = pairSeed(seed, pair);
    const workload = pairWorkload(context.value, trace_seed);
    if (!workload.ok) return err(workload.error.map(formatConfigProblem).join("\n"));
    const { sessions } = workload.value;
    const baseline = await simulateRun(context.value, sessions, trace_seed, random);
    const candidate = await simulateRun(context.value, sessions, trace_seed, random);
    for (const metric of POOL_METRICS) {
      pool[metric].push({
        baseline: present(baseline[metric], "a simulated run has latencies"),
        candidate: present(candidate[metric], "a simulated run has latencies"),
      });
    }
    if ((pair + 1) % PROGRESS_PAIRS === 0) onProgress(pair + 1);
  }
  return ok(pool);
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
  random: Random,
): ReturnType<typeof runValues> {
  const { model, gpu } = present(profiles[0], "an arm has profiles");
  const gpu_speed = Math.exp(GPU_SD * random.normal());
  const host_speed = Math.exp(HOST_SD * random.normal());
  return runValues({
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
}

async function runValues(options: Parameters<typeof runSimArm>[0]) {
  const { run } = await runSimArm(options);
  return metricValuesOf(run);
}
