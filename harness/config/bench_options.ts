// The command line of bench. Flags only choose and carry; what they set in an arm's configuration is checked with the rest of
// it by parseArmConfig. Precedence: defaults < preset < --config file < flags < --set < level of the factor.

import type { HostProfile } from "../domain/host_profile.ts";
import type { NoiseProfile } from "../domain/noise_profile.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { checkClusterSettings, readCluster } from "./cluster_flags.ts";
import { type ClusterTarget, hasSeveralHosts, isStandIn } from "./cluster_target.ts";
import { readConfigFile } from "./config_file.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { type ConfigTree, mergeTrees, treeOfPath, valueAtPath } from "./config_tree.ts";
import { checkEndpointSettings, readEndpoints } from "./endpoint_flags.ts";
import type { EndpointTarget } from "./endpoint_target.ts";
import { type AbChoice, parseAb } from "./factors/ab_choice.ts";
import { FlagReader } from "./flag_reader.ts";
import { readHostFile } from "./host_file.ts";
import { readNoiseFile } from "./noise_file.ts";
import type { Preset } from "./presets/preset.ts";
import { defaultPreset, PRESETS } from "./presets/preset_registry.ts";
import type { WorkloadName } from "./workload_config.ts";
import { WORKLOAD_NAMES } from "./workload_schema.ts";

export const RUNTIMES = ["live", "sim", "cluster"] as const;
/** endpoint: servers that run already (`--endpoint`). */
export type Runtime = (typeof RUNTIMES)[number] | "endpoint";

export interface BenchOptions {
  /** Of an endpoint run, which has none: a stand-in. */
  readonly topology: string;
  /** Servers to measure as they are, one an arm; empty: arms are stacks of their own. */
  readonly endpoints: readonly EndpointTarget[];
  readonly runtime: Runtime;
  /** Of `--runtime cluster`: what is started. */
  readonly cluster?: ClusterTarget;
  /** `--runtime both`: the live run is then simulated, and the report says how far the prediction is off. */
  readonly compare_with_sim: boolean;
  /** What the simulator takes the host to be, measured or by name; null: the laptop. */
  readonly host: HostProfile | HostName | null;
  /** Of A/A pairs of this scenario; null: comparisons know only their own noise. */
  readonly noise: NoiseProfile | null;
  /** Null: one arm (`--ab none`). */
  readonly ab: AbChoice | null;
  /** Repetitions of the whole set of arms. */
  readonly pairs: number;
  /** Directory in which the run directory is made. */
  readonly out_dir: string;
  /** Write a timeline of the first pair's requests, one file an arm. */
  readonly perfetto: boolean;
  readonly dry_run: boolean;
  readonly fail_on_worse: boolean;
  readonly json: boolean;
  /** Name of the preset below everything. */
  readonly profile: string;
  /** Configuration of every arm before the factor's level is set. */
  readonly config_input: ConfigTree;
}

/** Hosts that the simulator knows without measuring: one of two cores for all nodes, or a server for each. */
export const HOST_NAMES = ["laptop", "cluster"] as const;
export type HostName = (typeof HOST_NAMES)[number];

/** What the caller's build can run. */
export interface SupportedRuntimes {
  readonly runtimes: readonly Runtime[];
  /** A number that no run before had: the seed for servers that nobody empties, whose caches hold the prompts of earlier runs. */
  readonly fresh_seed?: number;
}

const DEFAULT_AB = "preferred_segment";
/** Even, so that AB and BA are as many; enough for an interval. */
const DEFAULT_PAIRS = 6;
const STORES = ["embedded", "mooncake"] as const;

const FLAGS = {
  ab: "value",
  "api-key-env": "value",
  config: "value",
  deployment: "value",
  "dry-run": "switch",
  endpoint: "values",
  "fail-on": "value",
  help: "switch",
  host: "value",
  noise: "value",
  json: "switch",
  limit: "value",
  metrics: "values",
  model: "value",
  out: "value",
  pairs: "value",
  perfetto: "switch",
  profile: "value",
  "reset-url": "values",
  runtime: "value",
  seed: "value",
  set: "values",
  speedup: "value",
  store: "value",
  trace: "value",
  workload: "value",
} as const;

/** argv behind the command's name. "help" wins over every problem. */
export function parseBenchOptions(
  argv: readonly string[],
  supported: SupportedRuntimes,
): Result<BenchOptions | "help", readonly ConfigProblem[]> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) return ok("help");

  const endpoints = readEndpoints(flags);
  const has_stack = endpoints.length === 0;
  const topology = has_stack ? flags.onlyPositional("topology", TOPOLOGY_STEP) : readNoTopology(flags);
  const ab = has_stack ? readAb(flags) : null;
  const { runtime, compare_with_sim } = has_stack
    ? readRuntime(flags, supported)
    : { runtime: "endpoint" as const, compare_with_sim: false };
  const cluster = readCluster(flags, runtime, topology);
  const { profile, config_input } = readConfig(flags, topology, ab, cluster, freshSeed(endpoints, supported));
  const compares = ab !== null || endpoints.length > 1;
  const options: BenchOptions = {
    topology,
    endpoints,
    runtime,
    ...(cluster === null ? {} : { cluster }),
    compare_with_sim,
    host: readHost(flags),
    noise: readNoise(flags),
    ab,
    pairs: flags.integer("pairs", 1) ?? (compares ? DEFAULT_PAIRS : 1),
    out_dir: flags.text("out") ?? "runs",
    perfetto: flags.has("perfetto"),
    dry_run: flags.has("dry-run"),
    fail_on_worse: flags.choice("fail-on", ["worse"]) === "worse",
    json: flags.has("json"),
    profile,
    config_input,
  };
  return flags.problems.length === 0 ? ok(options) : err(flags.problems);
}

const TOPOLOGY_STEP = "Use for example bench 3p1d, or bench --help.";
const NO_TOPOLOGY = "1e";

/** Undefined: the seed is the configuration's. */
function freshSeed(
  endpoints: readonly EndpointTarget[],
  { fresh_seed }: SupportedRuntimes,
): number | undefined {
  return endpoints.some(({ reset_url }) => reset_url === null) ? fresh_seed : undefined;
}

function readNoTopology(flags: FlagReader): string {
  flags.noPositional("must not be given with --endpoint: the server is what it is");
  return NO_TOPOLOGY;
}

function readHost(flags: FlagReader): BenchOptions["host"] {
  const path = flags.text("host");
  if (path === undefined) return null;
  const name = HOST_NAMES.find((known) => known === path);
  if (name !== undefined) return name;
  const read = readHostFile(path);
  if (read.ok) return read.value;
  for (const problem of read.error) flags.report(problem);
  return null;
}

function readNoise(flags: FlagReader): NoiseProfile | null {
  const path = flags.text("noise");
  if (path === undefined) return null;
  const read = readNoiseFile(path);
  if (read.ok) return read.value;
  flags.report(read.error);
  return null;
}

function readAb(flags: FlagReader): AbChoice | null {
  // With one owner there is no other segment to prefer.
  const acts = flags.text("runtime") !== "cluster" || hasSeveralHosts(process.env);
  const parsed = parseAb(flags.text("ab") ?? (acts ? DEFAULT_AB : "none"));
  if (parsed.ok) return parsed.value;
  for (const problem of parsed.error) flags.report(problem);
  return null;
}

function readRuntime(
  flags: FlagReader,
  { runtimes }: SupportedRuntimes,
): Pick<BenchOptions, "runtime" | "compare_with_sim"> {
  const named = flags.choice("runtime", [...RUNTIMES, "both"]) ?? "live";
  const runtime = named === "both" ? "live" : named;
  if (!runtimes.includes(runtime)) {
    flags.report({
      path: "--runtime",
      rule: "must be a runtime that this build has (it is planned, and not built yet)",
      got: runtime,
      next_step: `Use ${runtimes.join(" or ")}.`,
    });
  }
  return { runtime, compare_with_sim: named === "both" };
}

/** The layers of configuration, lowest first. */
function readConfig(
  flags: FlagReader,
  topology: string,
  ab: AbChoice | null,
  cluster: ClusterTarget | null,
  default_seed: number | undefined,
): Pick<BenchOptions, "profile" | "config_input"> {
  const file = readFile(flags);
  const named =
    flags.choice("workload", WORKLOAD_NAMES) ?? (flags.has("trace") ? ("trace" as const) : undefined);
  const workload = named ?? workloadOf(file);
  const preset = readPreset(flags, workload, ab);
  const settings = flags.texts("set").map((text) => readSetting(flags, text));
  if (flags.has("endpoint")) checkEndpointSettings(flags, [file, ...settings].reduce(mergeTrees, {}));
  if (cluster !== null) checkClusterSettings(flags, cluster, [file, ...settings].reduce(mergeTrees, {}));
  const layers: ConfigTree[] = [
    preset.input,
    isTrace(workload) ? treeOfPath("load.arrivals", "trace") : {},
    flagLayer("seed", default_seed),
    file,
    { topology },
    named === undefined ? {} : treeOfPath("workload.name", named),
    flagLayer("workload.trace", flags.text("trace")),
    flagLayer("workload.limit", flags.integer("limit", 1)),
    flagLayer("load.speedup", flags.positive("speedup")),
    flagLayer("seed", flags.integer("seed", 0)),
    flagLayer("store.kind", flags.choice("store", STORES) ?? storeOfStandIns(cluster)),
    ...settings,
  ];
  const config_input = layers.reduce(mergeTrees, {});
  checkTraceFlags(flags, config_input);
  return { profile: preset.name, config_input };
}

function readPreset(flags: FlagReader, workload: WorkloadName | undefined, ab: AbChoice | null): Preset {
  const name = flags.choice(
    "profile",
    PRESETS.map((preset) => preset.name),
  );
  return (
    PRESETS.find((preset) => preset.name === name) ?? defaultPreset(workload ?? null, ab?.factor ?? null)
  );
}

/** Undefined: the configuration says it, or the engines are not this program's. */
function storeOfStandIns(cluster: ClusterTarget | null): (typeof STORES)[number] | undefined {
  return cluster?.store === "mooncake" && isStandIn(cluster.deployment) ? "mooncake" : undefined;
}

function flagLayer(path: string, value: string | number | undefined): ConfigTree {
  return value === undefined ? {} : treeOfPath(path, value);
}

/** Flags of a trace would do nothing without one. */
function checkTraceFlags(flags: FlagReader, config_input: ConfigTree): void {
  const has_trace = isTrace(valueAtPath(config_input, ["workload", "name"]));
  const has_stamps = valueAtPath(config_input, ["load", "arrivals"]) === "trace";
  for (const [name, acts] of [
    ["trace", has_trace],
    ["limit", has_trace],
    ["speedup", has_stamps],
  ] as const) {
    if (!flags.has(name) || acts) continue;
    flags.report({
      path: `--${name}`,
      rule: name === "speedup" ? "must go with trace arrivals" : "must go with a trace workload",
      got: flags.text(name),
      next_step: "Use --workload trace --trace FILE, or leave it out.",
    });
  }
}

/** Workloads that read a file with times. */
function isTrace(workload: unknown): boolean {
  return workload === "trace" || workload === "mooncake_trace";
}

function readFile(flags: FlagReader): ConfigTree {
  const path = flags.text("config");
  if (path === undefined) return {};
  const file = readConfigFile(path);
  if (file.ok) return file.value;
  flags.report(file.error);
  return {};
}

function workloadOf(file: ConfigTree): WorkloadName | undefined {
  const name = valueAtPath(file, ["workload", "name"]);
  return WORKLOAD_NAMES.find((known) => known === name);
}

/** `engine.kv_scale=0.5`, `link.bandwidth_bytes_per_s=null`, `store.segment_bytes=1GiB`: JSON, else text. */
function readSetting(flags: FlagReader, text: string): ConfigTree {
  const [, path, value] = /^([a-z0-9_]+(?:\.[a-z0-9_]+)*)=(.*)$/s.exec(text) ?? [];
  if (path !== undefined && value !== undefined) return treeOfPath(path, jsonOrText(value));
  flags.report({
    path: "--set",
    rule: "must be PATH=VALUE",
    got: text,
    next_step: "Use for example --set store.segment_bytes=128MiB.",
  });
  return {};
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
