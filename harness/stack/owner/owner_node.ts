// The memory, the membership and the disk tier of one owner, made together and taken down in the reverse order.

import { accessSync, constants, statSync } from "node:fs";
import type { DataPlane, Region } from "../../../native/ffi/data_plane.ts";
import type { NetworkedDataPlane } from "../../../native/ffi/networked_data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import { DiskTier } from "../../core/tier/disk_tier.ts";
import type { FabricKey, SegmentFabricKeys } from "../../domain/fabric_key.ts";
import type { SegmentInfo } from "../../domain/replica.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { MasterTypes } from "../../wire/master_codec.ts";
import { stagingPath } from "../../wire/owner_codec.ts";
import type { RpcClient } from "../../wire/rpc_client.ts";
import { createOwnedRegion } from "../owned_region.ts";
import type { Log, OwnerProcess } from "../process_config.ts";
import type { StartError } from "../start_error.ts";
import { scanBuckets } from "./bucket_files.ts";
import { BucketStore } from "./bucket_store.ts";
import { OwnerDisk } from "./owner_disk.ts";
import { OwnerMount } from "./owner_mount.ts";

/** Who starts owners numbers them below this, so that no generation of one start is that of another. */
const GENERATIONS_PER_START: number = 2 ** 32;

export interface OwnerNodeTools {
  readonly plane: DataPlane;
  /** The same plane, where other nodes reach this one by network. */
  readonly network: NetworkedDataPlane | null;
  readonly master: RpcClient<MasterTypes>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A disk tier and the files under it. */
export interface OwnerDiskTier {
  readonly disk: OwnerDisk;
  readonly store: BucketStore;
  readonly staging: Region;
}

export interface OwnerNode {
  readonly mount: OwnerMount;
  /** Null: no disk tier. */
  readonly tier: OwnerDiskTier | null;
}

/** Nothing is mounted and no loop runs yet. The regions belong to the plane and go with it. */
export async function makeOwnerNode(
  config: OwnerProcess,
  tools: OwnerNodeTools,
): Promise<Result<OwnerNode, StartError>> {
  const segment = createOwnedRegion(
    tools.plane,
    "segment_bytes",
    config.shm_path,
    config.segment_bytes,
    config.generation,
  );
  if (!segment.ok) return segment;
  const tier = config.disk === null ? ok(null) : makeDiskTier(config, config.disk, segment.value, tools);
  if (!tier.ok) return tier;
  const fabric_keys = await publishKeys(tools.network, segment.value, tier.value?.staging ?? null);
  if (!fabric_keys.ok) return fabric_keys;
  const mount = new OwnerMount({
    ...tools,
    client_id: config.name,
    segment: segmentInfo(config, fabric_keys.value),
    renew: (info) => renewed(info, segment.value, tier.value?.staging ?? null, tools),
    onRemount: () => tier.value?.disk.dispatch({ type: "remounted" }),
  });
  return ok({ mount, tier: tier.value });
}

/** Mounts, then brings back what the disk still holds and starts the loops. */
export async function startOwnerNode(
  { mount, tier }: OwnerNode,
  config: OwnerProcess,
  log: Log,
): Promise<Result<void, StartError>> {
  const mounted = await mount.start();
  if (!mounted.ok) {
    const detail = `master_address: ${mounted.error}. Start the master first, and give every owner its own segment_name.`;
    return err({ code: "peer_unreachable", detail });
  }
  if (tier === null || config.disk === null) return mounted;
  const buckets = await scanBuckets(config.disk.disk_path, log);
  if (buckets.length > 0)
    log(`${config.disk.disk_path}: ${buckets.length} buckets of an earlier run are kept`);
  tier.disk.dispatch({ type: "recovered", buckets });
  tier.disk.start();
  return mounted;
}

function makeDiskTier(
  config: OwnerProcess,
  disk: NonNullable<OwnerProcess["disk"]>,
  segment: Region,
  { plane, master, clock, log }: OwnerNodeTools,
): Result<OwnerDiskTier, StartError> {
  const problem = directoryProblem(disk.disk_path);
  if (problem !== null) return err({ code: "disk", detail: `disk_path: ${problem}` });
  const { shm_path, generation, segment_name, name } = config;
  const region = (path: string): Result<Region, StartError> =>
    createOwnedRegion(plane, "disk.staging_bytes", path, disk.staging_bytes, generation);
  const staging = region(stagingPath(shm_path));
  if (!staging.ok) return staging;
  const write_buffer = region(`${shm_path}.write`);
  if (!write_buffer.ok) return write_buffer;
  const store = new BucketStore({
    plane,
    disk_path: disk.disk_path,
    segment,
    staging: staging.value,
    write_buffer: write_buffer.value,
    log,
  });
  const machine = new DiskTier(disk);
  const { heartbeat_ms } = disk;
  const parts = { machine, store, master, client_id: name, segment_name, heartbeat_ms, clock, log };
  return ok({ disk: new OwnerDisk(parts), store, staging: staging.value });
}

/** Registers what other nodes copy from and to. */
async function publishKeys(
  network: NetworkedDataPlane | null,
  segment: Region,
  staging: Region | null,
): Promise<Result<SegmentFabricKeys | null, StartError>> {
  if (network === null) return ok(null);
  const publish = async (region: Region): Promise<Result<FabricKey, StartError>> => {
    const key = await network.publish(region);
    return key.ok ? key : err({ code: "network", detail: `link.protocol: ${key.error.detail}` });
  };
  const segment_key = await publish(segment);
  if (!segment_key.ok) return segment_key;
  const staging_key = staging === null ? ok(null) : await publish(staging);
  return staging_key.ok ? ok({ segment: segment_key.value, staging: staging_key.value }) : staging_key;
}

function segmentInfo(config: OwnerProcess, fabric_keys: SegmentFabricKeys | null): SegmentInfo {
  return {
    segment_name: config.segment_name,
    node: config.node,
    segment_bytes: config.segment_bytes,
    shm_path: config.shm_path,
    generation: config.generation,
    owner_address: config.rpc_address,
    enable_offload: config.disk !== null,
    fabric_keys,
  };
}

/** Others know the staging buffer by the generation of the segment. */
async function renewed(
  info: SegmentInfo,
  segment: Region,
  staging: Region | null,
  { plane, network }: OwnerNodeTools,
): Promise<Result<SegmentInfo, string>> {
  const generation = info.generation + GENERATIONS_PER_START;
  plane.renewRegion(segment, generation);
  if (staging !== null) plane.renewRegion(staging, generation);
  const fabric_keys = await publishKeys(network, segment, staging);
  return fabric_keys.ok
    ? ok({ ...info, generation, fabric_keys: fabric_keys.value })
    : err(fabric_keys.error.detail);
}

/** Null for a directory that can be written. */
function directoryProblem(path: string): string | null {
  try {
    if (!statSync(path).isDirectory()) return `${path} is no directory. Name one that exists.`;
    accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${reason}. Name a directory that exists and can be written.`;
  }
}
