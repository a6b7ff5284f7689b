// From an arm's configuration to the processes of its stack. Pure: the launcher starts what this returns, `--dry-run` prints it.

import type { ArmConfig } from "../config/arm_config.ts";
import { engineRanks } from "../config/engine_sizes.ts";
import { embeddedSegmentName, embedsSegments, hasOwners } from "../config/store_segments.ts";
import { usesDisk } from "../config/uses_disk.ts";
import { usesMooncake, usesSharedStore } from "../config/uses_shared_store.ts";
import type { EngineCoreConfig } from "../core/engine/engine_api.ts";
import type { GpuProfile, ModelProfile } from "../domain/profile.ts";
import { poolBlockBytes } from "../domain/rank_layout.ts";
import type { EngineRole, EngineSpec, OwnerSpec, Topology } from "../domain/topology.ts";
import { kvAwareConfig } from "./kv_aware_costs.ts";
import { networkWish } from "./network_wish.ts";
import { alignToPage } from "./owner/bucket_files.ts";
import { planConnector } from "./plan_connector.ts";
import type {
  EngineProcess,
  LinkTable,
  MasterProcess,
  NativePoolPlan,
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
  /**
   * None with tiers = hbm: there is no store; none with a real Mooncake, which is started otherwise. One of each node, in the order
   * of the nodes, where each has a pool of its own.
   */
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
  const has_store = usesEmbeddedStore(arm);
  const links = planLinks(arm, topology, paths);
  const masters = has_store ? planMasters(arm, topology, paths) : [];
  const owners =
    has_store && hasOwners(arm)
      ? topology.owners.map((owner) => planOwner(arm, owner, paths, generation))
      : [];
  const engines = topology.engines.map((engine) =>
    planEngine(arm, topology, engine, profiles, paths, generation, links),
  );
  const block_bytes = poolBlockBytes(engineRanks(profiles.model, arm.engine));
  const staging_bytes = usesDisk(arm) ? 2 * arm.store.disk.staging_bytes : 0;
  return {
    masters,
    owners,
    engines,
    links,
    router: (engine_urls) => planRouter(arm, topology, profiles, engine_urls),
    shm_bytes:
      owners.length * (arm.store.segment_bytes + staging_bytes) +
      engines.reduce(
        (sum, { core, native, segment }) =>
          sum + core.num_hbm_blocks * block_bytes + (native?.pool_bytes ?? 0) + (segment?.segment_bytes ?? 0),
        0,
      ),
  };
}

function usesEmbeddedStore(arm: ArmConfig): boolean {
  return usesSharedStore(arm) && !usesMooncake(arm);
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
    network: networkWish(arm),
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
  return {
    kind: "engine",
    name: engine.engine_name,
    core: engineCoreConfig(arm, topology, engine, profiles),
    weights_version: arm.engine.weights_version,
    http_port: 0,
    rpc_address: `unix:${paths.socket_dir}/${engine.engine_name}`,
    hbm_shm_path: `${paths.shm_dir}/${engine.engine_name}`,
    generation,
    master_address: usesEmbeddedStore(arm) ? masterAddress(arm, paths, engine.node) : null,
    mooncake: null,
    native: offloadsNatively(arm, engine) ? planNativePool(arm, engine, profiles, paths) : null,
    segment: embedsSegments(arm) ? planSegment(arm, engine, paths, generation) : null,
    links,
    network: networkWish(arm),
  };
}

/** An owner without a disk, in the engine's own process. */
function planSegment(
  arm: ArmConfig,
  engine: EngineSpec,
  paths: StackPaths,
  generation: number,
): OwnerProcess {
  const owner_name = `${engine.engine_name}-segment`;
  const { node } = engine;
  const owner = { owner_name, node, segment_name: embeddedSegmentName(engine) };
  return { ...planOwner(arm, owner, paths, generation), disk: null };
}

/** A decode engine saves nothing, so that it has nothing of its own to load. */
function offloadsNatively(arm: ArmConfig, { role }: EngineSpec): boolean {
  return arm.store.tiers !== "hbm" && arm.connector.type === "native" && role !== "decode";
}

/** As much memory and disk as its node's owner would have. */
function planNativePool(
  arm: ArmConfig,
  { engine_name }: EngineSpec,
  { model }: Profiles,
  paths: StackPaths,
): NativePoolPlan {
  const slot_bytes = alignToPage(engineRanks(model, arm.engine).shard_bytes);
  const { capacity_bytes } = arm.store.disk;
  return {
    shm_path: `${paths.shm_dir}/${engine_name}.native`,
    slot_bytes,
    pool_bytes: Math.floor(arm.store.segment_bytes / slot_bytes) * slot_bytes,
    disk: usesDisk(arm)
      ? { disk_path: `${paths.disk_dir}/${engine_name}`, files: Math.floor(capacity_bytes / slot_bytes) }
      : null,
  };
}

/** Shared by the live stack and the simulator: what the engine core of `engine` is configured with. */
export function engineCoreConfig(
  arm: ArmConfig,
  topology: Topology,
  engine: EngineSpec,
  profiles: Profiles,
): EngineCoreConfig {
  const offloads = usesSharedStore(arm) || offloadsNatively(arm, engine);
  return {
    engine_name: engine.engine_name,
    node: engine.node,
    role: engine.role,
    model: profiles.model,
    gpu: profiles.gpu,
    block_tokens: arm.engine.block_tokens,
    ranks: engineRanks(profiles.model, arm.engine),
    num_hbm_blocks: hbmBlocks(arm, engine.role),
    enable_prefix_caching: arm.engine.enable_prefix_caching,
    max_num_seqs: arm.engine.max_num_seqs,
    max_num_batched_tokens: arm.engine.max_num_batched_tokens,
    max_model_len: arm.engine.max_model_len,
    remote_hold_ms: arm.engine.remote_hold_ms,
    connector: offloads ? planConnector(arm, topology, engine, profiles.model) : null,
  };
}

function hbmBlocks({ engine }: ArmConfig, role: EngineRole): number {
  return role === "decode" ? (engine.num_decode_hbm_blocks ?? engine.num_hbm_blocks) : engine.num_hbm_blocks;
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
