import { expect, test } from "bun:test";
import { parseBenchOptions } from "./bench_options.ts";
import { buildArms } from "./build_arms.ts";
import { HOSTS_VARIABLE } from "./cluster_target.ts";
import { formatConfigProblem } from "./config_problem.ts";

const CLUSTER = { runtimes: ["live", "cluster"] } as const;

function armsOf(...args: readonly string[]) {
  const options = parseBenchOptions(["1p1d", ...args], CLUSTER);
  if (!options.ok) return options;
  if (options.value === "help") throw new Error("nobody asked for help");
  return buildArms(options.value);
}

function problemsOf(...args: readonly string[]): string {
  const arms = armsOf(...args);
  return arms.ok ? "none" : arms.error.map(formatConfigProblem).join("\n");
}

test.each([
  [["--set", "engine.num_hbm_blocks=9"], "engine: must not be set with --runtime cluster"],
  [["--store", "embedded"], "--store: must be mooncake for engines that do not stand in"],
  [["--perfetto", "--ab", "none"], "--perfetto: must not go with --runtime cluster"],
  [["--ab", "split_trigger"], "--ab split_trigger: must be a switch of the deployment"],
  [["--workload", "rl_rollout"], "workload.name: must not change the weights"],
  [["--ab", "preferred_segment"], "needs owners on several hosts"],
])("%p with --runtime cluster is refused with what to do", (args, words) => {
  expect(problemsOf("--runtime", "cluster", ...args)).toContain(words);
});

test("a deployment without a cluster is refused", () => {
  expect(problemsOf("--deployment", "x.yaml")).toContain("--deployment: must go with --runtime cluster");
});

test("a factor's level is set in the deployment wherever it belongs", () => {
  const arms = armsOf("--runtime", "cluster", "--ab", "enable_offload");
  if (!arms.ok) throw new Error(arms.error.map(formatConfigProblem).join());
  const switches = arms.value.arms.map(({ name, cluster }) => {
    const { master, owner, worker } = cluster?.deployment.store ?? {};
    return [name, master?.enable_offload, owner?.enable_offload, worker?.enable_offload];
  });
  expect(switches).toEqual([
    ["enable_offload=off", false, false, false],
    ["enable_offload=on", true, true, true],
  ]);
});

test("without a tier behind HBM the deployment has no offload, and its engines no store's connector", () => {
  const arms = armsOf("--runtime", "cluster", "--ab", "tiers=hbm,hbm+cpu");
  if (!arms.ok) throw new Error(arms.error.map(formatConfigProblem).join());
  const offloads = arms.value.arms.map(
    ({ cluster }) => cluster?.deployment.offload.inference.kv_cache_offload?.type ?? null,
  );
  expect(offloads).toEqual([null, "mooncake"]);
});

test("with several hosts there are several owners, and a preferred one can be told from the others", () => {
  const before = process.env[HOSTS_VARIABLE];
  process.env[HOSTS_VARIABLE] = "node-a,node-b";
  const arms = armsOf("--runtime", "cluster", "--ab", "preferred_segment");
  if (before === undefined) delete process.env[HOSTS_VARIABLE];
  else process.env[HOSTS_VARIABLE] = before;
  if (!arms.ok) throw new Error(arms.error.map(formatConfigProblem).join());
  const segments = arms.value.arms.map(({ cluster }) => cluster?.deployment.store.worker.preferred_segment);
  expect(segments).toEqual(["off", "local"]);
});
