// Command lines, environment and files of a real Mooncake store, as the owner scripts give them (spec:
// vllm_mooncake_store_connector.md §1.8). Pure: what `launch --dry-run` prints is what is started.

import type { MasterLaunch, OwnerLaunch } from "../../config/kv_offload/kv_offload_launch_config.ts";
import { GIB } from "../../domain/units.ts";

export interface Command {
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
}

/** Where the store of a run is reached. */
export interface StoreAddresses {
  /** `host:rpc_port`. */
  readonly master: string;
  /** `http://host:http_port/metadata`, or P2PHANDSHAKE. */
  readonly metadata: string;
  /** `host:metrics_port`: /metrics, /health, and where objects are. */
  readonly metrics: string;
}

/** Kept free on the disk, beyond which buckets are evicted. */
const DISK_HEADROOM_BYTES = 40 * GIB;

export function storeAddresses(
  host: string,
  { rpc_port, http_port, metrics_port }: MasterLaunch,
): StoreAddresses {
  return {
    master: `${host}:${rpc_port}`,
    metadata: `http://${host}:${http_port}/metadata`,
    metrics: `${host}:${metrics_port}`,
  };
}

export function masterCommand(master: MasterLaunch, binary: string = "mooncake_master"): Command {
  const flags = [
    `-rpc_port=${master.rpc_port}`,
    `-rpc_thread_num=${master.rpc_threads}`,
    "-rpc_address=0.0.0.0",
    "-rpc_enable_tcp_no_delay=true",
    "-enable_http_metadata_server=true",
    "-http_metadata_server_host=0.0.0.0",
    `-http_metadata_server_port=${master.http_port}`,
    "-enable_metric_reporting=true",
    `-metrics_port=${master.metrics_port}`,
    `-default_kv_lease_ttl=${master.lease_ttl_ms}`,
    `-eviction_high_watermark_ratio=${master.eviction_high_watermark_ratio}`,
    `-eviction_ratio=${master.eviction_ratio}`,
    `-client_ttl=${master.client_ttl_s}`,
    `-allocation_strategy=${master.allocation_strategy}`,
    "-logtostderr",
  ];
  if (master.enable_offload) flags.push("-enable_offload=true");
  if (master.offload_on_evict) flags.push("-offload_on_evict=true");
  if (master.root_fs_dir !== "") flags.push(`-root_fs_dir=${master.root_fs_dir}`);
  return { argv: [binary, ...flags], env: {} };
}

/** Both lines that the scripts' users source. */
export function masterEnvFile({ master, metadata }: StoreAddresses): string {
  return `export MOONCAKE_MASTER=${master}\nexport MOONCAKE_TE_META_DATA_SERVER=${metadata}\n`;
}

/** The name of the owner's segment in the master, and the value of preferred_segment. */
export function segmentName(host: string, { segment_port }: OwnerLaunch): string {
  return `${host}:${segment_port}`;
}

export interface OwnerPlace {
  readonly host: string;
  /** Empty and of this owner alone; null: no disk tier. */
  readonly disk_path: string | null;
  readonly addresses: StoreAddresses;
  /** Settings that the user's own environment has already made win over the defaults here. */
  readonly preset_env: { readonly [name: string]: string | undefined };
}

export function ownerCommand(
  owner: OwnerLaunch,
  { host, disk_path, addresses, preset_env }: OwnerPlace,
  binary: string = "mooncake_client",
): Command {
  const flags = [
    `--master_server_address=${addresses.master}`,
    `--metadata_server=${addresses.metadata}`,
    `--host=${segmentName(host, owner)}`,
    `--port=${owner.rpc_port}`,
    `--protocol=${owner.protocol}`,
    `--device_names=${owner.device_names}`,
    `--global_segment_size=${owner.segment_bytes}`,
    `--threads=${owner.threads}`,
  ];
  const env = { ...addressEnv(owner.protocol, host, preset_env), ...gidEnv(owner.protocol, preset_env) };
  if (disk_path === null) return { argv: [binary, ...flags], env };
  return {
    argv: [binary, ...flags, "--enable_offload=true"],
    env: { ...env, ...diskEnv(owner, disk_path, preset_env) },
  };
}

/**
 * Without the first, a client picks ports of its own and nobody can tell from outside when it serves. Without the second it
 * advertises its first LAN address over TCP, whatever --host says, and refuses to start where it finds none.
 */
export function addressEnv(
  protocol: OwnerLaunch["protocol"],
  host: string,
  preset: OwnerPlace["preset_env"],
): Command["env"] {
  const binds = protocol === "tcp" && /^\d+\.\d+\.\d+\.\d+$/.test(host);
  return {
    MC_LEGACY_RPC_PORT_BINDING: preset["MC_LEGACY_RPC_PORT_BINDING"] ?? "1",
    ...(binds ? { MC_TCP_BIND_ADDRESS: preset["MC_TCP_BIND_ADDRESS"] ?? host } : {}),
  };
}

/** The index that the user chose, or that the host's devices were found to share (rdma_gid.ts). */
function gidEnv(
  protocol: OwnerLaunch["protocol"],
  { MC_GID_INDEX }: OwnerPlace["preset_env"],
): Command["env"] {
  return protocol === "tcp" || MC_GID_INDEX === undefined
    ? {}
    : { MC_GID_INDEX, MC_ENABLE_DEST_DEVICE_AFFINITY: "1" };
}

function diskEnv(
  { disk_bytes, staging_bytes, heartbeat_s }: OwnerLaunch,
  disk_path: string,
  preset: OwnerPlace["preset_env"],
): Command["env"] {
  const defaults = {
    MOONCAKE_OFFLOAD_STORAGE_BACKEND_DESCRIPTOR: "bucket_storage_backend",
    MOONCAKE_BUCKET_EVICTION_POLICY: "lru",
    // MOONCAKE_USE_URING, which the scripts set, is an alias of this.
    MOONCAKE_OFFLOAD_USE_URING: preset["MOONCAKE_USE_URING"] ?? "true",
    MOONCAKE_OFFLOAD_LOCAL_BUFFER_SIZE_BYTES: String(staging_bytes),
    MOONCAKE_OFFLOAD_HEARTBEAT_INTERVAL_SECONDS: String(heartbeat_s),
  };
  const chosen = Object.entries(defaults).map(([name, value]) => [name, preset[name] ?? value]);
  return {
    ...Object.fromEntries(chosen),
    MOONCAKE_OFFLOAD_FILE_STORAGE_PATH: disk_path,
    MOONCAKE_OFFLOAD_TOTAL_SIZE_LIMIT_BYTES: String(disk_bytes),
    MOONCAKE_BUCKET_MAX_TOTAL_SIZE: String(bucketLimit(disk_bytes)),
  };
}

function bucketLimit(disk_bytes: number): number {
  return disk_bytes > DISK_HEADROOM_BYTES
    ? disk_bytes - DISK_HEADROOM_BYTES
    : Math.floor((disk_bytes * 9) / 10);
}
