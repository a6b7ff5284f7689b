// `--dry-run`: what would run, in which order, how long the workload is, and how the arms differ. Starts nothing.

import type { Arm } from "../../config/build_arms.ts";
import { configDifferences } from "../../config/config_diff.ts";
import { shownConfig } from "../../config/shown_config.ts";
import { present } from "../../domain/assert.ts";
import { formatBytes } from "../../domain/units.ts";
import { planStack } from "../../stack/stack_plan.ts";
import type { PairWorkload, RunContext } from "./run_context.ts";
import { realAndModelled } from "./run_manifest.ts";

export function renderDryRun(context: RunContext, workload: PairWorkload): string {
  const { plan, schedule } = context;
  const baseline = present(plan.arms[0], "a plan has a baseline");
  const { reuse } = workload;
  const { real, modelled } = realAndModelled(context);
  return [
    `scenario   ${plan.scenario}`,
    `arms       ${plan.arms.map((arm) => arm.name).join(", ")}`,
    `differs in ${describeDifferences(context)}`,
    ...processLines(context, baseline),
    `workload   ${baseline.config.workload.name}: ${reuse.requests} requests, ${reuse.prompt_tokens} prompt tokens a run; ` +
      `an unbounded cache would serve ${(100 * reuse.theoretical_hit_ratio).toFixed(1)} % of them`,
    `order      ${schedule.map((run) => `${run.pair_index + 1}:${plan.arms[run.arm_index]?.name ?? ""}`).join("  ")}`,
    ...real.map((line) => `real       ${line}`),
    ...modelled.map((line) => `modelled   ${line}`),
    "configuration of the first arm:",
    JSON.stringify(shownConfig(baseline), null, 2),
  ].join("\n");
}

function processLines(context: RunContext, arm: Arm): string[] {
  if (arm.endpoint !== undefined) return [];
  return arm.cluster === undefined ? stackLines(context, arm) : [CLUSTER_LINE];
}

const CLUSTER_LINE = "processes  those of launch --dry-run with the same deployment (its --config)";

function stackLines({ topology, profiles }: RunContext, { config }: Arm): string[] {
  const paths = { socket_dir: "<sockets>", shm_dir: "<shm>", disk_dir: "<disk>" };
  const stack = planStack(config, topology, present(profiles[0], "an arm has profiles"), paths, 1);
  const names = [...stack.masters, ...stack.owners, ...stack.engines].map((one) => one.name);
  return [
    `processes  ${names.join(" ")} router`,
    `memory     ${formatBytes(stack.shm_bytes)} of shared memory a stack`,
  ];
}

function describeDifferences({ plan }: RunContext): string {
  const differences = configDifferences(plan.arms.map(shownConfig));
  const described = differences.map(
    ({ path, values }) => `${path}: ${values.map((value) => JSON.stringify(value)).join(" | ")}`,
  );
  return described.join("; ") || "nothing";
}
