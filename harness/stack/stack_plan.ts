// From an arm's configuration to the processes of its stack. Pure: the launcher starts what this returns, `--dry-run` prints it.

import type { ArmConfig } from "../config/arm_config.ts";
import { blockBytes } from "../config/engine_sizes.ts";
import { usesDisk } from "../config/uses_disk.ts";
import type { ConnectorConfig } from "../core/connector/connector_config.ts";
import type { EngineCoreConfig } from "../core/engine/engine_api.ts";
import type { KeyNamespace } from "../domain/object_key.ts";
import type { GpuProfile, ModelProfile } from "../domain/profile.ts";
import type { EngineRole, EngineSpec, OwnerSpec, Topology } from "../domain/topology.ts";
import { kvAwareConfig } from "./kv_aware_costs.ts";
import type {
  EngineProcess,
  LinkTable,
  MasterProcess,
  OwnerProcess,
  RouterProcess,
} from "./process_config.ts";

/** Where an arm's processes meet: short paths, since a unix socket's is at most 107 bytes. */
export interface StackPaths {
  readonly socket_dir: string;
  readonly shm_dir: string;
  readonly disk_dir: string;
}

export interface StackPlan {
  /** None with tiers = hbm: there is no store. One of each node, in the order of the nodes, where each has a pool of its own. */
  readonly masters: readonly MasterProcess[];
  readonly owners: readonly OwnerProcess[];
  readonly engines: readonly EngineProcess[];
  readonly links: LinkTable;
  /** The engines' URLs are known once they are up. */
  readonly router: (engine_urls: readonly string[]) => RouterProcess;
  /** Shared memory that the plan maps, all processes together. */
  readonly shm_bytes: number;
}

export interface Profiles {
  readonly model: ModelProfile;
  readonly gpu: GpuProfile;
}

export function planStack(
  arm: ArmConfig,
  topology: Topology,
  profiles: Profiles,
  paths: StackPaths,
  generation: number,
): StackPlan {
  const has_store = arm.store.tiers !== "hbm";
  const links = planLinks(arm, topology, paths);
  const masters = has_store ? planMasters(arm, topology, paths) : [];
  const owners = has_store ? topology.owners.map((owner) => planOwner(arm, owner, paths, generation)) : [];
  const engines = topology.engines.map((engine) =>
    planEngine(arm, topology, engine, profiles, paths, generation, links),
  );
  const block_bytes = blockBytes(profiles.model, arm.engine);
  const staging_bytes = usesDisk(arm) ? 2 * arm.store.disk.staging_bytes : 0;
  return {
    masters,
    owners,
    engines,
    links,
    router: (engine_urls) => planRouter(arm, topology, profiles, engine_urls),
    shm_bytes:
      owners.length * (arm.store.segment_bytes + staging_bytes) +
      engines.reduce((sum, { core }) => sum + core.num_hbm_blocks * block_bytes, 0),
  };
}

function planMasters(arm: ArmConfig, topology: Topology, paths: StackPaths): MasterProcess[] {
  if (arm.store.pool === "global") return [planMaster(arm, paths, "master")];
  return topology.nodes.map((node) => planMaster(arm, paths, localMasterName(node)));
}

function localMasterName(node: string): string {
  return `master-${node}`;
}

function planMaster(arm: ArmConfig, paths: StackPaths, name: string): MasterProcess {
  return {
    kind: "master",
    name,
    rpc_address: `unix:${paths.socket_dir}/${name}`,
    http_port: 0,
    seed: arm.seed,
    store: { ...arm.store, enable_offload: usesDisk(arm) },
  };
}

/** Of the master that the processes of a node talk to. */
function masterAddress(arm: ArmConfig, paths: StackPaths, node: string): string {
  const name = arm.store.pool === "global" ? "master" : localMasterName(node);
  return `unix:${paths.socket_dir}/${name}`;
}

function planOwner(arm: ArmConfig, owner: OwnerSpec, paths: StackPaths, generation: number): OwnerProcess {
  return {
    kind: "owner",
    name: owner.owner_name,
    node: owner.node,
    segment_name: owner.segment_name,
    segment_bytes: arm.store.segment_bytes,
    shm_path: `${paths.shm_dir}/${owner.owner_name}`,
    generation,
    rpc_address: `unix:${paths.socket_dir}/${owner.owner_name}`,
    http_port: 0,
    master_address: masterAddress(arm, paths, owner.node),
    client_ttl_ms: arm.store.client_ttl_ms,
    disk: usesDisk(arm) ? { ...arm.store.disk, disk_path: `${paths.disk_dir}/${owner.owner_name}` } : null,
  };
}

function planEngine(
  arm: ArmConfig,
  topology: Topology,
  engine: EngineSpec,
  profiles: Profiles,
  paths: StackPaths,
  generation: number,
  links: LinkTable,
): EngineProcess {
  const has_store = arm.store.tiers !== "hbm";
  return {
    kind: "engine",
    name: engine.engine_name,
    core: engineCoreConfig(arm, topology, engine, profiles),
    weights_version: arm.engine.weights_version,
    http_port: 0,
    rpc_address: `unix:${paths.socket_dir}/${engine.engine_name}`,
    hbm_shm_path: `${paths.shm_dir}/${engine.engine_name}`,
    generation,
    master_address: has_store ? masterAddress(arm, paths, engine.node) : null,
    links,
  };
}

/** Shared by the live stack and the simulator: what the engine core of `engine` is configured with. */
export function engineCoreConfig(
  arm: ArmConfig,
  topology: Topology,
  engine: EngineSpec,
  profiles: Profiles,
): EngineCoreConfig {
  const has_store = arm.store.tiers !== "hbm";
  return {
    engine_name: engine.engine_name,
    node: engine.node,
    role: engine.role,
    model: profiles.model,
    gpu: profiles.gpu,
    block_tokens: arm.engine.block_tokens,
    block_bytes: blockBytes(profiles.model, arm.engine),
    num_hbm_blocks: hbmBlocks(arm, engine.role),
    enable_prefix_caching: arm.engine.enable_prefix_caching,
    max_num_seqs: arm.engine.max_num_seqs,
    max_num_batched_tokens: arm.engine.max_num_batched_tokens,
    max_model_len: arm.engine.max_model_len,
    remote_hold_ms: arm.engine.remote_hold_ms,
    connector: has_store ? connectorConfig(arm, topology, engine) : null,
  };
}

function hbmBlocks({ engine }: ArmConfig, role: EngineRole): number {
  return role === "decode" ? (engine.num_decode_hbm_blocks ?? engine.num_hbm_blocks) : engine.num_hbm_blocks;
}

function connectorConfig(arm: ArmConfig, topology: Topology, engine: EngineSpec): ConnectorConfig {
  const local = topology.owners.find((owner) => owner.node === engine.node);
  const namespace: KeyNamespace = {
    cache_prefix: arm.connector.cache_prefix,
    model: arm.engine.model,
    tp_rank: 0,
    pp_rank: 0,
    group: 0,
  };
  return {
    kv_role: engine.role === "decode" ? "kv_consumer" : "kv_both",
    enable_lookup: arm.connector.enable_lookup,
    load_async: arm.connector.load_async,
    namespaces: [namespace],
    lookup_ranks: arm.connector.lookup_ranks,
    split_trigger: arm.connector.split_trigger,
    enable_offload: usesDisk(arm),
    staging_bytes: arm.store.disk.staging_bytes,
    staging_usable_ratio: arm.connector.staging_usable_ratio,
    preferred_segment:
      arm.connector.preferred_segment === "local" && local !== undefined ? local.segment_name : null,
    replica_num: arm.store.replica_num,
    executors: arm.connector.executors,
    min_load_tokens: arm.connector.min_load_tokens,
    chunk_tokens: arm.connector.chunk_tokens ?? arm.engine.block_tokens,
    unaligned_handoff: arm.connector.unaligned_handoff,
    on_reset_failure: arm.connector.on_reset_failure,
    tier_log: arm.connector.tier_log,
  };
}

function planLinks(arm: ArmConfig, topology: Topology, paths: StackPaths): LinkTable {
  const full_scale = arm.link.bandwidth_bytes_per_s;
  return {
    shm_path: `${paths.shm_dir}/links`,
    nodes: topology.nodes,
    bandwidth_bytes_per_s: full_scale === null ? null : full_scale * arm.engine.kv_scale,
    latency_us: arm.link.latency_us,
  };
}

function planRouter(
  arm: ArmConfig,
  topology: Topology,
  { model, gpu }: Profiles,
  engine_urls: readonly string[],
): RouterProcess {
  return {
    kind: "router",
    name: "router",
    http_port: 0,
    policy: arm.router.policy,
    block_tokens: arm.engine.block_tokens,
    kv_aware: kvAwareConfig(arm, model, gpu),
    engines: topology.engines.map(({ engine_name, role }, i) => ({
      engine_name,
      role,
      url: engine_urls[i] ?? "",
    })),
    record: null,
  };
}
