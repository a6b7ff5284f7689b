// Everything that a launch of a topology of real engines writes and runs, in order. Pure: `launch --dry-run` prints it, and
// `bench --runtime cluster` runs it.

import { join } from "node:path";
import type { DeploymentConfig } from "../../config/kv_offload/kv_offload_file.ts";
import type { OwnerLaunch } from "../../config/kv_offload/kv_offload_launch_config.ts";
import { buildKvTransferConfig } from "../../config/kv_offload/kv_offload_transfer.ts";
import { workerConfigJson } from "../../config/kv_offload/kv_offload_worker.ts";
import { present } from "../../domain/assert.ts";
import type { EngineRole, EngineSpec, Topology } from "../../domain/topology.ts";
import { enginesGpus, type HostDevices, workerDeviceList } from "../cluster/cluster_devices.ts";
import { type ClusterHost, commandOnHost, urlOn } from "../cluster/cluster_hosts.ts";
import {
  type Command,
  masterCommand,
  masterEnvFile,
  type OwnerPlace,
  ownerCommand,
  segmentName,
  storeAddresses,
} from "../mooncake/mooncake_commands.ts";
import { engineCommand, SKIP_INJECT_TEXT } from "./vllm_command.ts";

export interface LaunchPlan {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** In the order of their start; stopped in reverse. */
  readonly steps: readonly LaunchStep[];
}

export interface LaunchStep {
  readonly name: string;
  readonly kind: "master" | "owner" | "engine" | "router";
  /** Of an engine; null for the others. */
  readonly role: EngineRole | null;
  readonly host: ClusterHost;
  /** As the head starts it. */
  readonly command: Command;
  /** Of its own, made on its host before it starts and removed after it. */
  readonly directories: readonly string[];
  /** Where its HTTP is; null: it has none, or chooses a port and says so. */
  readonly url: string | null;
  /** What is waited for before the next step. */
  readonly ready: string;
  readonly notes: readonly string[];
}

/** The step that takes requests: what is run for engines at these URLs. */
export type PlanRouter = (engines: readonly (EngineSpec & { readonly url: string })[]) => {
  readonly argv: readonly string[];
  readonly file: LaunchPlan["files"][number];
};

export interface LaunchPlace {
  /** Head first. */
  readonly hosts: readonly ClusterHost[];
  /** Of every host. */
  readonly devices: HostDevices;
  /** Seen by all hosts. */
  readonly run_dir: string;
  /** False: the engines share no real Mooncake, whatever the deployment offloads to. */
  readonly uses_mooncake: boolean;
  readonly binaries: { readonly master: string; readonly client: string };
  readonly preset_env: { readonly [name: string]: string | undefined };
  readonly planRouter: PlanRouter;
}

export function planLaunch(deployment: DeploymentConfig, topology: Topology, place: LaunchPlace): LaunchPlan {
  const filled = withDevices(deployment, place.devices);
  const engines = engineSteps(filled, topology, place);
  const router = place.planRouter(
    topology.engines.map((engine, i) => ({ ...engine, url: engines[i]?.url ?? "" })),
  );
  return {
    files: [...(place.uses_mooncake ? storeFiles(filled, place) : []), router.file],
    steps: [
      ...(place.uses_mooncake ? storeSteps(filled, topology, place) : []),
      ...engines,
      {
        name: "router",
        kind: "router",
        role: null,
        host: headOf(place),
        command: { argv: router.argv, env: ROUTER_ENV },
        directories: [],
        url: null,
        ready: "it says on stdout that it serves, and at which port",
        notes: [],
      },
    ],
  };
}

/** Requests in flight that a fetch may have; Bun's default of 256 queues silently. */
export const ROUTER_ENV: Command["env"] = { BUN_CONFIG_MAX_HTTP_REQUESTS: "16384" };

/** Whether the deployment itself says that its engines share a real Mooncake. */
export function offloadsToMooncake({ offload }: DeploymentConfig): boolean {
  return offload.inference.kv_cache_offload?.type === "mooncake";
}

/** Lists that the file leaves empty, from what the host has. */
export function withDevices(deployment: DeploymentConfig, devices: HostDevices): DeploymentConfig {
  const { owner, worker } = deployment.store;
  const chosen = (given: string, protocol: OwnerLaunch["protocol"], found: string): string =>
    given === "" && protocol !== "tcp" ? found : given;
  return {
    ...deployment,
    store: {
      ...deployment.store,
      owner: {
        ...owner,
        device_names: chosen(owner.device_names, owner.protocol, devices.nic_names.join(",")),
      },
      worker: {
        ...worker,
        device_name: chosen(worker.device_name, worker.protocol, workerDeviceList(devices)),
      },
    },
  };
}

function headOf({ hosts }: LaunchPlace): ClusterHost {
  return present(hosts[0], "a launch has a head");
}

/** Neighbours of one node of the topology share a host; more nodes than hosts go round. */
export function hostOf(hosts: readonly ClusterHost[], topology: Topology, node: string): ClusterHost {
  const index = topology.nodes.indexOf(node) % hosts.length;
  return present(hosts[index], "every node has a host");
}

function storeFiles({ store }: DeploymentConfig, place: LaunchPlace): LaunchPlan["files"] {
  const addresses = storeAddresses(headOf(place).address, store.master);
  return [
    { path: masterEnvPath(place.run_dir), text: masterEnvFile(addresses) },
    { path: workerPath(place.run_dir), text: `${workerConfigJson(store.worker, addresses)}\n` },
  ];
}

/** What processes of the store take from the environment. */
export function storeEnvironment(place: LaunchPlace): OwnerPlace["preset_env"] {
  const gid_index = chosenGid(place);
  return gid_index === null ? place.preset_env : { ...place.preset_env, MC_GID_INDEX: String(gid_index) };
}

/** The user's own choice wins. */
function chosenGid({ devices, preset_env }: LaunchPlace): number | null {
  const chosen = preset_env["MC_GID_INDEX"];
  return chosen === undefined || chosen === "" ? devices.gid_index : Number(chosen);
}

/** One owner on every host that has an engine: the node-local one of all engines there. */
function storeSteps({ store }: DeploymentConfig, topology: Topology, place: LaunchPlace): LaunchStep[] {
  const { master, owner } = store;
  const used = new Set(topology.nodes.map((node) => hostOf(place.hosts, topology, node)));
  const hosts = place.hosts.filter((host) => host.is_head || used.has(host));
  const addresses = storeAddresses(headOf(place).address, master);
  const owners = hosts.map((host, index): LaunchStep => {
    const base = join(owner.disk_path, `${host.address}.rpc${owner.rpc_port}`);
    const disk_path = owner.enable_offload ? `${base}.${host.is_head ? "<pid>" : "owner"}` : null;
    const preset_env = storeEnvironment(place);
    const owner_place = { host: host.address, disk_path, addresses, preset_env };
    const command = ownerCommand(owner, owner_place, place.binaries.client);
    return {
      name: index === 0 ? "mooncake_owner" : `mooncake_owner_${index}`,
      kind: "owner",
      role: null,
      host,
      command: commandOnHost(command, host),
      directories: disk_path === null ? [] : [disk_path],
      url: null,
      ready: `TCP port ${owner.segment_port} (the segment) listens; port ${owner.rpc_port} is no TCP port`,
      notes: [`Mooncake preferred segment: ${segmentName(host.address, owner)}`],
    };
  });
  return [
    {
      name: "mooncake_master",
      kind: "master",
      role: null,
      host: headOf(place),
      command: masterCommand(master, place.binaries.master),
      directories: [],
      url: `http://${addresses.metrics}`,
      ready: `TCP ports ${master.rpc_port}, ${master.http_port} and ${master.metrics_port} listen`,
      notes: [`then ${masterEnvPath(place.run_dir)} is written`],
    },
    ...owners,
  ];
}

/** Of NIXL, on its host; each engine's ranks take the ports behind its own. */
const SIDE_CHANNEL_PORT = 5_600;
const SIDE_CHANNEL_PORTS = 16;

function engineSteps(deployment: DeploymentConfig, topology: Topology, place: LaunchPlace): LaunchStep[] {
  const { engine } = deployment.store;
  const kv_transfer_config = buildKvTransferConfig(deployment.offload);
  const hands_over = deployment.offload.inference.use_pd_kv_transfer;
  const engines_on = new Map<ClusterHost, number>();
  return topology.engines.map(({ engine_name, role, node }, index) => {
    const host = hostOf(place.hosts, topology, node);
    const slot = engines_on.get(host) ?? 0;
    engines_on.set(host, slot + 1);
    const port = engine.base_port + index;
    const gpus = enginesGpus(place.devices, slot, engine.gpus_per_engine);
    const rpc_dir = place.uses_mooncake ? `/tmp/tierbench-vllm-${port}` : null;
    const { argv, env, injected } = engineCommand(engine, {
      engine_name,
      role,
      port,
      kv_transfer_config,
      ...storePlace(deployment, host, place),
      gpu_indices: gpus ?? [],
      rpc_dir,
      side_channel: hands_over
        ? { host: host.address, port: SIDE_CHANNEL_PORT + index * SIDE_CHANNEL_PORTS }
        : null,
      engine_config_path: engineConfigPath(place.run_dir, engine_name),
    });
    const url = urlOn(host, port);
    return {
      name: engine_name,
      kind: "engine" as const,
      role,
      host,
      command: commandOnHost({ argv, env }, host),
      directories: rpc_dir === null ? [] : [rpc_dir],
      url,
      ready: `GET ${url}/health answers 200 within ${engine.ready_timeout_s} s`,
      notes: [
        ...(kv_transfer_config !== null && !injected ? [SKIP_INJECT_TEXT] : []),
        ...(gpus === null ? [TOO_FEW_GPUS] : []),
      ],
    };
  });
}

export const TOO_FEW_GPUS =
  "Too few GPUs: this engine's share of its host's GPUs is not there. Use more hosts, or lower engine.gpus_per_engine.";

function storePlace({ store }: DeploymentConfig, host: ClusterHost, place: LaunchPlace) {
  const { worker, owner } = store;
  const { preferred_segment, protocol } = worker;
  const local = preferred_segment === "local" ? segmentName(host.address, owner) : preferred_segment;
  return {
    mooncake_config_path: place.uses_mooncake ? workerPath(place.run_dir) : null,
    preferred_segment: place.uses_mooncake && local !== "off" ? local : null,
    gid_index: protocol === "tcp" || !place.uses_mooncake ? null : chosenGid(place),
  };
}

export function engineConfigPath(run_dir: string, engine_name: string): string {
  return join(run_dir, `${engine_name}.json`);
}

export function masterEnvPath(run_dir: string): string {
  return join(run_dir, "mooncake_master.env");
}

function workerPath(run_dir: string): string {
  return join(run_dir, "mooncake_worker.json");
}
