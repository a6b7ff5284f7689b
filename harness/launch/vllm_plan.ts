// Everything that a local launch of a topology of real engines would write and run, in order. Pure: `launch --dry-run` prints it.

import { join } from "node:path";
import type { DeploymentConfig } from "../config/kv_offload_file.ts";
import { buildKvTransferConfig } from "../config/kv_offload_transfer.ts";
import { workerConfigJson } from "../config/kv_offload_worker.ts";
import type { Topology } from "../domain/topology.ts";
import {
  type Command,
  masterCommand,
  masterEnvFile,
  ownerCommand,
  segmentName,
  storeAddresses,
} from "./mooncake_commands.ts";
import { engineCommand, SKIP_INJECT_TEXT } from "./vllm_command.ts";

export interface LaunchPlan {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** In the order of their start; stopped in reverse. */
  readonly steps: readonly LaunchStep[];
}

export interface LaunchStep {
  readonly name: string;
  readonly command: Command;
  /** What is waited for before the next step. */
  readonly ready: string;
  readonly notes: readonly string[];
}

export interface LaunchHost {
  /** What processes advertise to others. */
  readonly host: string;
  readonly run_dir: string;
  readonly gid_index: number | null;
  readonly preset_env: { readonly [name: string]: string | undefined };
}

export function planLaunch(deployment: DeploymentConfig, topology: Topology, place: LaunchHost): LaunchPlan {
  const uses_store = deployment.offload.inference.kv_cache_offload?.type === "mooncake";
  return {
    files: uses_store ? storeFiles(deployment, place) : [],
    steps: [
      ...(uses_store ? storeSteps(deployment, place) : []),
      ...engineSteps(deployment, topology, place, uses_store),
    ],
  };
}

function storeFiles({ store }: DeploymentConfig, { host, run_dir }: LaunchHost): LaunchPlan["files"] {
  const addresses = storeAddresses(host, store.master);
  return [
    { path: join(run_dir, "mooncake_master.env"), text: masterEnvFile(addresses) },
    { path: workerPath(run_dir), text: `${workerConfigJson(store.worker, addresses)}\n` },
  ];
}

/** One owner: all engines of a local launch are on one node. */
function storeSteps({ store }: DeploymentConfig, place: LaunchHost): LaunchStep[] {
  const { master, owner } = store;
  const { host, run_dir, preset_env } = place;
  const disk_path = owner.enable_offload ? join(owner.disk_path, `${host}.rpc${owner.rpc_port}.<pid>`) : null;
  return [
    {
      name: "mooncake_master",
      command: masterCommand(master),
      ready: `TCP ports ${master.rpc_port}, ${master.http_port} and ${master.metrics_port} listen`,
      notes: [`then ${join(run_dir, "mooncake_master.env")} is written`],
    },
    {
      name: "mooncake_owner",
      command: ownerCommand(owner, {
        host,
        disk_path,
        addresses: storeAddresses(host, master),
        preset_env,
      }),
      ready: `TCP port ${owner.segment_port} (the segment) listens; port ${owner.rpc_port} is no TCP port`,
      notes: [`Mooncake preferred segment: ${segmentName(host, owner)}`],
    },
  ];
}

function engineSteps(
  deployment: DeploymentConfig,
  topology: Topology,
  { host, run_dir, gid_index }: LaunchHost,
  uses_store: boolean,
): LaunchStep[] {
  const { engine, worker, owner } = deployment.store;
  const { preferred_segment } = worker;
  const local = preferred_segment === "local" ? segmentName(host, owner) : preferred_segment;
  const kv_transfer_config = buildKvTransferConfig(deployment.offload);
  return topology.engines.map(({ engine_name, role }, index) => {
    const port = engine.base_port + index;
    const { argv, env, injected } = engineCommand(engine, {
      engine_name,
      role,
      port,
      kv_transfer_config,
      mooncake_config_path: uses_store ? workerPath(run_dir) : null,
      preferred_segment: uses_store && local !== "off" ? local : null,
      gid_index: worker.protocol === "tcp" ? null : gid_index,
    });
    return {
      name: engine_name,
      command: { argv, env },
      ready: `GET http://${host}:${port}/health answers 200 within ${engine.ready_timeout_s} s`,
      notes: kv_transfer_config !== null && !injected ? [SKIP_INJECT_TEXT] : [],
    };
  });
}

function workerPath(run_dir: string): string {
  return join(run_dir, "mooncake_worker.json");
}
