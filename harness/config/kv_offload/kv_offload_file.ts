// A deployment file (YAML or JSON) of real engines and a real store: what `doctor --config` checks and `launch` starts.

import { err, ok, type Result } from "../../domain/result.ts";
import { readConfigFile } from "../config_file.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { type ConfigTree, valueAtPath } from "../config_tree.ts";
import { deepFreeze } from "../deep_freeze.ts";
import type { OffloadConfig } from "./kv_offload_config.ts";
import { describeOffloadIssue } from "./kv_offload_issue.ts";
import type { StoreLaunchConfig } from "./kv_offload_launch_config.ts";
import { STORE_LAUNCH_SCHEMA } from "./kv_offload_launch_schema.ts";
import { parseOffloadConfig } from "./kv_offload_schema.ts";
import { checkWorkerLaunch } from "./kv_offload_worker.ts";

export interface DeploymentConfig {
  readonly offload: OffloadConfig;
  readonly store: StoreLaunchConfig;
}

const OFFLOAD_SECTIONS = ["inference", "deployment", "launcher"];

export function readDeploymentFile(path: string): Result<DeploymentConfig, readonly ConfigProblem[]> {
  const tree = readConfigFile(path);
  return tree.ok ? parseDeployment(tree.value) : err([tree.error]);
}

/** Every problem of both halves at once. */
export function parseDeployment(tree: ConfigTree): Result<DeploymentConfig, readonly ConfigProblem[]> {
  const sections = Object.entries(tree);
  const offload = parseOffloadConfig(pick(sections, (name) => OFFLOAD_SECTIONS.includes(name)));
  const rest = pick(sections, (name) => !OFFLOAD_SECTIONS.includes(name));
  const store = STORE_LAUNCH_SCHEMA.safeParse(rest);
  const problems = [
    ...(offload.ok ? [] : offload.error),
    ...(store.success
      ? checkWorkerLaunch(store.data.worker)
      : store.error.issues.flatMap((issue) => describeOffloadIssue(issue, rest))),
  ];
  if (!offload.ok || !store.success || problems.length > 0) return err(problems);
  return ok(deepFreeze({ offload: offload.value, store: withOffload(store.data, offload.value, tree) }));
}

function pick(sections: [string, unknown][], keep: (name: string) => boolean): ConfigTree {
  return Object.fromEntries(sections.filter(([name]) => keep(name)));
}

/** A mooncake offload sizes the owners and switches the disk tier, where the file's own sections say nothing else. */
function withOffload(
  store: StoreLaunchConfig,
  { inference }: OffloadConfig,
  tree: ConfigTree,
): StoreLaunchConfig {
  const offload = inference.kv_cache_offload;
  if (offload?.type !== "mooncake") return store;
  const unless = <T>(section: "master" | "owner" | "worker", field: string, given: T, derived: T): T =>
    valueAtPath(tree, [section, field]) === undefined ? derived : given;
  const { master, owner, worker } = store;
  const disk = offload.disk !== null;
  return {
    ...store,
    master: { ...master, enable_offload: unless("master", "enable_offload", master.enable_offload, disk) },
    owner: {
      ...owner,
      segment_bytes: unless("owner", "segment_bytes", owner.segment_bytes, offload.cpu.num_bytes),
      device_names: unless("owner", "device_names", owner.device_names, offload.device_name),
      enable_offload: unless("owner", "enable_offload", owner.enable_offload, disk),
      disk_path: unless("owner", "disk_path", owner.disk_path, offload.disk?.path ?? owner.disk_path),
    },
    worker: {
      ...worker,
      device_name: unless("worker", "device_name", worker.device_name, offload.device_name),
      enable_offload: unless("worker", "enable_offload", worker.enable_offload, disk),
    },
  };
}
