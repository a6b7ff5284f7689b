// What a run of bench knows before its first process starts: arms, schedule, profiles, and where things go.

import { checkSessions } from "../../../workloads/check_sessions.ts";
import { generateSessions } from "../../../workloads/generate.ts";
import { measurePrefixReuse, type PrefixReuse } from "../../../workloads/prefix_reuse.ts";
import type { BenchOptions } from "../../config/bench_options.ts";
import { type ArmPlan, buildArms } from "../../config/build_arms.ts";
import { isStandIn } from "../../config/cluster_target.ts";
import type { ConfigProblem } from "../../config/config_problem.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { usesMooncake } from "../../config/uses_shared_store.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Session } from "../../domain/session.ts";
import { parseTopology, type Topology } from "../../domain/topology.ts";
import type { Profiles } from "../../stack/stack_plan.ts";
import { type ScheduledRun, scheduleRuns } from "../../study/ab_schedule.ts";

export interface RunContext {
  readonly options: BenchOptions;
  readonly plan: ArmPlan;
  readonly topology: Topology;
  readonly profiles: readonly Profiles[];
  readonly schedule: readonly ScheduledRun[];
  readonly base_seed: number;
}

export function planRun(options: BenchOptions): Result<RunContext, readonly ConfigProblem[]> {
  const plan = buildArms(options);
  if (!plan.ok) return plan;
  const { arms, scenario } = plan.value;
  const other_noise = checkNoise(options.noise, scenario);
  if (other_noise !== null) return err([other_noise]);
  const baseline = present(arms[0], "a plan has a baseline").config;
  const topology = parseTopology(baseline.topology);
  if (!topology.ok)
    return err([{ path: "topology", rule: topology.error, got: baseline.topology, next_step: "" }]);
  const of_sim = options.runtime === "sim" || options.compare_with_sim;
  if (of_sim && arms.some(({ config }) => usesMooncake(config))) return err([NO_SIMULATED_MOONCAKE]);
  const profiles: Profiles[] = [];
  for (const { config } of arms) {
    const model = findModelProfile(config.engine.model);
    const gpu = findGpuProfile(config.engine.gpu);
    if (!model.ok) return err([model.error]);
    if (!gpu.ok) return err([gpu.error]);
    profiles.push({ model: model.value, gpu: gpu.value });
  }
  return ok({
    options,
    plan: plan.value,
    topology: topology.value,
    profiles,
    schedule: scheduleRuns(arms.length, options.pairs, baseline.seed),
    base_seed: baseline.seed,
  });
}

const NO_SIMULATED_MOONCAKE: ConfigProblem = {
  path: "store.kind",
  rule: "must be embedded for the simulator, which has no model of the real Mooncake",
  got: "mooncake",
  next_step: "Use --runtime live, or --store embedded.",
};

/** Noise is of a load as much as of a machine. */
function checkNoise(noise: BenchOptions["noise"], scenario: string): ConfigProblem | null {
  if (noise === null || `${scenario}_`.startsWith(`${noise.scenario}_`)) return null;
  const next_step = "Measure it with bun run noise and this run's topology and workload.";
  return { path: "--noise", rule: `must be of this scenario (${scenario})`, got: noise.scenario, next_step };
}

export interface PairWorkload {
  readonly sessions: readonly Session[];
  readonly reuse: PrefixReuse;
}

/** What engines of somebody else hold is theirs to say. */
function isOthers({ options: { endpoints, cluster } }: RunContext): boolean {
  return endpoints.length > 0 || (cluster !== undefined && !isStandIn(cluster.deployment));
}

/** The same sessions for every arm of a pair; another seed for every pair. */
export function pairWorkload(
  context: RunContext,
  seed: number,
): Result<PairWorkload, readonly ConfigProblem[]> {
  const baseline = present(context.plan.arms[0], "a plan has a baseline").config;
  const { workload, engine } = baseline;
  const sessions = generateSessions(workload, seed);
  if (!sessions.ok) return sessions;
  const problems = isOthers(context) ? [] : checkSessions(sessions.value, baseline);
  if (problems.length > 0) return err(problems);
  return ok({ sessions: sessions.value, reuse: measurePrefixReuse(sessions.value, engine.block_tokens) });
}
