// `--runtime cluster` and what goes with it: the deployment that is started, and whose store its engines share.

import { readClusterDeployment } from "./cluster_deployment.ts";
import { type ClusterTarget, isStandIn, STAND_IN_WORD } from "./cluster_target.ts";
import type { ConfigTree } from "./config_tree.ts";
import type { FlagReader } from "./flag_reader.ts";
import type { DeploymentConfig } from "./kv_offload/kv_offload_file.ts";

/** Settings that hold whatever engines run; the others describe this program's own. */
const SETTINGS = ["workload", "load", "validity", "seed", "router"];

/** Null: another runtime, or a problem that is reported. */
export function readCluster(flags: FlagReader, runtime: string, topology: string): ClusterTarget | null {
  if (runtime !== "cluster") {
    if (flags.has("deployment")) {
      report(
        flags,
        "--deployment",
        "must go with --runtime cluster",
        flags.text("deployment"),
        "Add --runtime cluster.",
      );
    }
    return null;
  }
  for (const name of ["host", "perfetto"]) {
    if (flags.has(name))
      report(flags, `--${name}`, "must not go with --runtime cluster", flags.text(name), "Leave it out.");
  }
  const read = readClusterDeployment(flags.text("deployment"), topology);
  if (!read.ok) {
    for (const problem of read.error) flags.report(problem);
    return null;
  }
  const store = readStore(flags, read.value);
  return store === null ? null : { deployment: read.value, store };
}

function readStore(flags: FlagReader, deployment: DeploymentConfig): ClusterTarget["store"] | null {
  const asked = flags.text("store");
  const offload = deployment.offload.inference.kv_cache_offload?.type;
  if (asked === "embedded") {
    if (isStandIn(deployment)) return "embedded";
    const rule = `must be mooncake for engines that do not stand in for vLLM (no word of engine.command is ${STAND_IN_WORD})`;
    report(flags, "--store", rule, asked, "Leave --store out, or see README.md for the stand-in's command.");
    return null;
  }
  if (offload === "mooncake") return "mooncake";
  if (asked !== "mooncake") return "none";
  const rule = "must be what the deployment offloads to";
  report(
    flags,
    "--store",
    rule,
    offload ?? "no offload",
    "Set inference.kv_cache_offload.type: mooncake in it.",
  );
  return null;
}

/** The user's own settings above the preset. */
export function checkClusterSettings(
  flags: FlagReader,
  { deployment }: ClusterTarget,
  config: ConfigTree,
): void {
  if (isStandIn(deployment)) return;
  for (const key of Object.keys(config).filter((name) => !SETTINGS.includes(name))) {
    const rule = `must not be set with --runtime cluster: the deployment says it (settings of ${SETTINGS.join(", ")} hold)`;
    report(flags, key, rule, config[key], "Set it in the --deployment file.");
  }
}

function report(flags: FlagReader, path: string, rule: string, got: unknown, next_step: string): void {
  flags.report({ path, rule, got, next_step });
}
