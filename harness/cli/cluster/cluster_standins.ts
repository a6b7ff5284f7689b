// What engines of this project need when they stand in for vLLM on one machine: their configurations, shared memory and links, and the
// processes of this project's own store where they share that.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArmConfig } from "../../config/arm_config.ts";
import type { DeploymentConfig } from "../../config/kv_offload/kv_offload_file.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Topology } from "../../domain/topology.ts";
import type { ClusterHost } from "../../launch/cluster/cluster_hosts.ts";
import { segmentName, storeAddresses } from "../../launch/mooncake/mooncake_commands.ts";
import { findMooncake, mooncakePython } from "../../launch/mooncake/mooncake_install.ts";
import { checkSharedMemory, makeRuntimeDirs } from "../../launch/runtime_dirs.ts";
import { engineConfigPath, type LaunchStep, ROUTER_ENV } from "../../launch/vllm/vllm_plan.ts";
import { createShapedLinks } from "../../stack/open_shaped_links.ts";
import type { MasterProcess, MooncakeReach, OwnerProcess } from "../../stack/process_config.ts";
import { type Profiles, planStack } from "../../stack/stack_plan.ts";
import type { StackFailure } from "../bench/arm_runner.ts";
import { SERVE } from "./cluster_router.ts";

export interface StandIns {
  /** Masters, then owners; none where the engines share a real Mooncake. */
  readonly store_steps: readonly LaunchStep[];
  remove(): void;
}

export interface StandInsOptions {
  readonly arm: ArmConfig;
  readonly deployment: DeploymentConfig;
  readonly store: "mooncake" | "embedded" | "none";
  readonly topology: Topology;
  readonly profiles: Profiles;
  readonly generation: number;
  readonly head: ClusterHost;
  readonly run_dir: string;
  readonly disk_dir: string;
}

/** Engine configurations lie where {engine_config} of the command says. */
export function prepareStandIns(options: StandInsOptions): Result<StandIns, StackFailure> {
  const { arm, topology, profiles, generation, disk_dir, run_dir, store } = options;
  const reach = store === "mooncake" ? mooncakeReach(options) : ok(null);
  if (!reach.ok) return err({ code: "process", message: reach.error });
  const dirs = makeRuntimeDirs();
  const plan = planStack(arm, topology, profiles, { ...dirs, disk_dir }, generation);
  const memory = checkSharedMemory(plan.shm_bytes);
  const links = memory.ok ? createShapedLinks(plan.links) : null;
  if (!memory.ok || links === null || !links.ok) {
    dirs.remove();
    if (!memory.ok) return err({ code: "shared_memory", message: memory.error });
    return err({ code: "native", message: links?.ok === false ? links.error.detail : "no links" });
  }
  mkdirSync(disk_dir, { recursive: true });
  for (const { disk } of [...plan.owners, ...plan.engines.flatMap(({ native }) => native ?? [])]) {
    if (disk !== null) mkdirSync(disk.disk_path, { recursive: true });
  }
  for (const engine of plan.engines) {
    write(engineConfigPath(run_dir, engine.name), { ...engine, mooncake: reach.value });
  }
  const processes = store === "embedded" ? [...plan.masters, ...plan.owners] : [];
  return ok({
    store_steps: processes.map((config) => storeStep(config, options)),
    remove: () => {
      links.value.close();
      dirs.remove();
      rmSync(disk_dir, { recursive: true, force: true });
    },
  });
}

function storeStep(config: MasterProcess | OwnerProcess, { run_dir, head }: StandInsOptions): LaunchStep {
  const path = join(run_dir, `${config.name}.json`);
  write(path, config);
  return {
    ...{ name: config.name, kind: config.kind, role: null, host: head, directories: [], url: null },
    command: { argv: [...SERVE, path], env: ROUTER_ENV },
    ready: "it says on stdout that it serves",
    notes: [],
  };
}

/** How a stand-in reaches the real store, before its command line and environment speak (vllm_standin.ts). */
function mooncakeReach({ deployment, head }: StandInsOptions): Result<MooncakeReach, string> {
  const venv = findMooncake();
  if (!venv.ok) return venv;
  const { master, owner, worker } = deployment.store;
  const addresses = storeAddresses(head.address, master);
  const requester = join(import.meta.dir, "../../stack/mooncake/mooncake_requester.py");
  return ok({
    argv: [mooncakePython(venv.value), requester],
    env: { MC_TCP_BIND_ADDRESS: head.address, GLOG_minloglevel: "2" },
    setup: {
      local_hostname: head.address,
      metadata_server: addresses.metadata,
      local_buffer_bytes: worker.local_buffer_size,
      protocol: worker.protocol,
      device_name: worker.device_name,
      master_address: addresses.master,
      metrics_address: addresses.metrics,
    },
    local_segment: segmentName(head.address, owner),
  });
}

function write(path: string, config: object): void {
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
}
