// From the options of a bench to its arms: one frozen configuration per level of the factor, the same but for that.

import { assert } from "../domain/assert.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ArmConfig } from "./arm_config.ts";
import { parseArmConfig } from "./arm_schema.ts";
import type { BenchOptions } from "./bench_options.ts";
import { checkClusterArm } from "./check_cluster_arm.ts";
import { deploymentAtLevel, SWITCHED_PATHS } from "./cluster_levels.ts";
import { type ClusterTarget, HOSTS_VARIABLE, hasSeveralHosts, isStandIn } from "./cluster_target.ts";
import { unexpectedDifferences } from "./config_diff.ts";
import { type ConfigProblem, formatConfigProblem } from "./config_problem.ts";
import { type ConfigTree, valueAtPath } from "./config_tree.ts";
import type { EndpointTarget } from "./endpoint_target.ts";
import type { AbChoice } from "./factors/ab_choice.ts";
import { applyFactor } from "./factors/apply_factor.ts";
import { checkFactorActs } from "./factors/factor_acts.ts";
import { PREFERRED_SEGMENT_VARIABLE, preferredSegmentLine } from "./preferred_segment.ts";

export interface Arm {
  /** `preferred_segment=local`; `only` for a run of one arm. */
  readonly name: string;
  /** Factor → level; empty for a run of one arm. */
  readonly factors: Readonly<Record<string, string>>;
  /** Of an arm that measures a server as it is, only its workload, load and validity hold. */
  readonly config: ArmConfig;
  /** Absent: a stack of its own, made from the configuration. */
  readonly endpoint?: EndpointTarget;
  /** Of `--runtime cluster`: the deployment at this arm's level. */
  readonly cluster?: ClusterTarget;
}

export interface ArmPlan {
  /** `3p1d_conversation_like_preferred_segment`, for the run directory and reports. */
  readonly scenario: string;
  /** Null for a run of one arm. */
  readonly factor_name: string | null;
  /** The one configuration path in which the arms differ; null for a run of one arm, or of servers as they are. */
  readonly factor_path: string | null;
  /** The first is the baseline. */
  readonly arms: readonly Arm[];
  /** What the user should know of where a setting came from. */
  readonly notes: readonly string[];
}

export function buildArms(options: BenchOptions): Result<ArmPlan, readonly ConfigProblem[]> {
  const { ab } = options;
  const inputs = armInputs(options);
  const parsed = inputs.map(({ input, ...arm }) => ({ ...arm, config: parseArmConfig(input, process.env) }));
  const problems = parsed.flatMap(({ config }) => (config.ok ? [] : config.error));
  const arms = parsed.flatMap(({ config, ...arm }): Arm[] => {
    if (!config.ok) return [];
    const { cluster } = options;
    if (cluster === undefined) return [{ ...arm, config: config.value }];
    problems.push(...checkClusterArm(config.value));
    const target = atLevel(cluster, ab, config.value);
    if (!target.ok) problems.push(target.error);
    return target.ok ? [{ ...arm, config: config.value, cluster: target.value }] : [];
  });
  const configs = arms.map((arm) => arm.config);
  if (ab !== null) problems.push(...checkFactorActs(ab.factor, configs));
  return problems.length > 0
    ? err(withoutRepeats(problems))
    : ok(planArms(ab, arms, environmentNotes(inputs)));
}

type ArmInput = Omit<Arm, "config"> & { readonly input: ConfigTree };

function armInputs({ ab, endpoints, config_input: input }: BenchOptions): ArmInput[] {
  if (endpoints.length > 1) {
    return endpoints.map((endpoint) => {
      const factors = { endpoint: endpoint.name };
      return { name: `endpoint=${endpoint.name}`, factors, input, endpoint };
    });
  }
  const [endpoint] = endpoints;
  if (endpoint !== undefined) return [{ name: endpoint.name, factors: {}, input, endpoint }];
  if (ab === null) return [{ name: "only", factors: {}, input }];
  return ab.levels.map((level) => ({
    name: `${ab.factor.name}=${level.name}`,
    factors: { [ab.factor.name]: level.name },
    input: applyFactor(input, ab.factor, level),
  }));
}

/** The deployment with the factor's level in it. */
function atLevel(
  cluster: ClusterTarget,
  ab: AbChoice | null,
  config: ArmConfig,
): Result<ClusterTarget, ConfigProblem> {
  if (ab === null) return ok(cluster);
  const { path, name, acts_on } = ab.factor;
  if (acts_on === "placement" && cluster.store === "mooncake" && !hasSeveralHosts(process.env)) {
    return err({
      path: `--ab ${name}`,
      rule: "must make a difference, and needs owners on several hosts (each host has one)",
      got: "one host",
      next_step: `Use --ab none or another factor, or name the hosts in ${HOSTS_VARIABLE}.`,
    });
  }
  const value = valueAtPath(config, path.split("."));
  const deployment = deploymentAtLevel(cluster.deployment, path, value);
  if (deployment !== null) {
    const shares = deployment.offload.inference.kv_cache_offload !== null;
    return ok({ deployment, store: shares ? cluster.store : "none" });
  }
  // A stand-in is configured by the arm itself.
  if (isStandIn(cluster.deployment) && cluster.store === "embedded") return ok(cluster);
  return err({
    path: `--ab ${name}`,
    rule: "must be a switch of the deployment's engines, router or store",
    got: `${path}=${String(value)}`,
    next_step: `Those are ${SWITCHED_PATHS.join(", ")}; for others compare two deployments with --endpoint.`,
  });
}

/** Where an input says null the environment is asked, and its answer is news. */
function environmentNotes(inputs: readonly { readonly input: unknown }[]): string[] {
  const asks = inputs.some(({ input }) => valueAtPath(input, ["connector", "preferred_segment"]) === null);
  const line = preferredSegmentLine(process.env[PREFERRED_SEGMENT_VARIABLE]);
  return asks && line !== null ? [line] : [];
}

function planArms(ab: AbChoice | null, arms: readonly Arm[], notes: readonly string[]): ArmPlan {
  const baseline = arms[0];
  assert(baseline !== undefined, "a run has an arm");
  const factor_path = ab?.factor.path ?? null;
  const configs = arms.map((arm) => arm.config);
  assert(unexpectedDifferences(configs, factor_path).length === 0, "arms differ in the declared factor only");
  const { topology, workload } = baseline.config;
  const factor_name = ab?.factor.name ?? (arms.length > 1 ? "endpoint" : null);
  const what = baseline.endpoint === undefined ? topology : "endpoint";
  return {
    scenario: [what, workload.name, ...(ab === null ? [] : [ab.factor.name])].join("_"),
    factor_name,
    factor_path,
    arms,
    notes,
  };
}

/** Arms share most of their input, and so its problems. */
function withoutRepeats(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [formatConfigProblem(problem), problem])).values()];
}
