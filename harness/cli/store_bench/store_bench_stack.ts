// What store-bench measures: a master and an owner in processes of their own, and requesters in this one, each with its own
// client, native threads and memory.

import { join } from "node:path";
import type { DataPlane, Region } from "../../../native/ffi/data_plane.ts";
import { OsClock } from "../../clock/os_clock.ts";
import type { StoreConfig } from "../../config/arm_config.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MIB } from "../../domain/units.ts";
import { makeRuntimeDirs, sweepStaleDirs } from "../../launch/runtime_dirs.ts";
import { StackLauncher } from "../../launch/stack_launcher.ts";
import { openEmbeddedStoreClient } from "../../stack/embedded_store_client.ts";
import { NodePaths } from "../../stack/node_paths.ts";
import { openProcessPlane } from "../../stack/open_process_plane.ts";
import type { MasterProcess, NetworkWish, OwnerProcess } from "../../stack/process_config.ts";
import type { StoreClient } from "../../stack/store_client.ts";
import { readSharedSecret } from "../shared_secret_file.ts";

export interface BenchRequester {
  readonly client: StoreClient;
  readonly plane: DataPlane;
  readonly memory: Region;
}

export interface StoreBenchStack {
  readonly requesters: readonly BenchRequester[];
  /** Shared memory and sockets of this run. */
  readonly socket_dir: string;
  stop(): Promise<void>;
}

export interface StoreBenchStackOptions {
  readonly segment_bytes: number;
  readonly requesters: number;
  /** Of each requester. */
  readonly memory_bytes: number;
  readonly copy_threads: number;
  /** Requesters are then on another node; null: on the segment's, by its memory. */
  readonly network: NetworkWish | null;
}

const NODE = "node0";
const OTHER_NODE = "node1";
const RPC_TIMEOUT_MS = 30_000;

/** Evicts nothing and keeps no lease longer than a batch takes. */
export const BENCH_STORE: StoreConfig = {
  kind: "embedded",
  tiers: "hbm+cpu",
  pool: "global",
  enable_offload: false,
  offload_on_evict: false,
  acknowledged_puts: "safe",
  promote_on_hit: false,
  segment_bytes: 0,
  lease_ttl_ms: 30_000,
  soft_pin_ttl_ms: 1_800_000,
  eviction_high_watermark_ratio: 1,
  eviction_ratio: 0.05,
  put_start_discard_ms: 30_000,
  put_start_release_ms: 600_000,
  client_ttl_ms: 60_000,
  allocation: "random",
  replica_num: 1,
  disk: {
    path: null,
    capacity_bytes: 64 * MIB,
    bucket_bytes: 16 * MIB,
    bucket_keys: 500,
    bucket_eviction: "fifo",
    high_watermark_ratio: 0.9,
    low_watermark_ratio: 0.8,
    heartbeat_ms: 1000,
    staging_bytes: 16 * MIB,
    keys_limit: 10_000_000,
  },
};

export async function startStoreBenchStack(
  options: StoreBenchStackOptions,
): Promise<Result<StoreBenchStack, string>> {
  sweepStaleDirs();
  const dirs = makeRuntimeDirs();
  const address = (name: string): string => `unix:${join(dirs.socket_dir, `${name}.sock`)}`;
  const launcher = new StackLauncher({
    clock: new OsClock(),
    serve_argv: [process.execPath, join(import.meta.dir, "../serve.ts")],
    config_dir: join(dirs.socket_dir, "config"),
    log_dir: join(dirs.socket_dir, "logs"),
    env: {},
  });
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers) await close();
    await launcher.stop();
    dirs.remove();
  };
  for (const config of [master(address), owner(address, join(dirs.shm_dir, "owner"), options)]) {
    const started = await launcher.start([{ name: config.name, config }]);
    if (started.ok) continue;
    await stop();
    return err(`${started.error.process} ${started.error.detail}`);
  }
  const requesters: BenchRequester[] = [];
  for (let i = 0; i < options.requesters; i++) {
    const opened = openRequester(i, join(dirs.shm_dir, `requester-${i}`), address("master"), options);
    if (!opened.ok) {
      await stop();
      return opened;
    }
    const { client, plane } = opened.value;
    closers.push(async () => {
      await client.close();
      await plane.close();
    });
    requesters.push(opened.value);
  }
  return ok({ requesters, socket_dir: dirs.socket_dir, stop });
}

function master(address: (name: string) => string): MasterProcess {
  return {
    kind: "master",
    name: "master",
    rpc_address: address("master"),
    http_port: 0,
    seed: 1,
    store: BENCH_STORE,
  };
}

function owner(
  address: (name: string) => string,
  shm_path: string,
  { segment_bytes, network }: StoreBenchStackOptions,
): OwnerProcess {
  return {
    kind: "owner",
    name: "owner",
    node: NODE,
    segment_name: `${NODE}:50053`,
    segment_bytes,
    shm_path,
    generation: 1,
    rpc_address: address("owner"),
    http_port: 0,
    master_address: address("master"),
    client_ttl_ms: BENCH_STORE.client_ttl_ms,
    network,
    disk: null,
  };
}

function openRequester(
  index: number,
  shm_path: string,
  master_address: string,
  { memory_bytes, copy_threads, network: wish }: StoreBenchStackOptions,
): Result<BenchRequester, string> {
  const log = (line: string): void => console.error(`store-bench: ${line}`);
  const opened = openProcessPlane(wish, log, copy_threads);
  if (!opened.ok) return err(opened.error.detail);
  const { plane, network } = opened.value;
  const memory = plane.createRegion(shm_path, memory_bytes, 1);
  if (!memory.ok) return err(memory.error.detail);
  const secret = readSharedSecret();
  if (!secret.ok) return secret;
  const node = wish === null ? NODE : OTHER_NODE;
  const client = openEmbeddedStoreClient({
    client_id: `${node}/requester-${index}`,
    node,
    master_address,
    plane,
    paths: new NodePaths(node, plane, network),
    links: null,
    clock: new OsClock(),
    log,
    rpc_timeout_ms: RPC_TIMEOUT_MS,
    secret: secret.value,
  });
  if (!client.ok) return err(client.error.detail);
  return ok({ client: client.value, plane, memory: memory.value });
}
