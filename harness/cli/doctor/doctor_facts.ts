// What `doctor` finds out about this host. Each fact is looked up, none is presumed; what cannot be looked up is null with a reason
// in words beside it.

import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { chooseNetworkPath } from "../../../native/ffi/network_path.ts";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { readRdmaDevices as readPathDevices } from "../../../native/ffi/rdma_devices.ts";
import { assert } from "../../domain/assert.ts";
import { findGpus } from "../../launch/find_gpus.ts";
import { findMooncake } from "../../launch/mooncake/mooncake_install.ts";
import { type RdmaDevice, readRdmaDevices } from "../../launch/rdma/rdma_devices.ts";
import { bestGidIndex, type GidScore } from "../../launch/rdma/rdma_gid.ts";
import { type GpuNicPlan, type GpuRow, planGpuNics } from "../../launch/rdma/rdma_gpu_plan.ts";
import { readHostFacts } from "../../measure/host_facts.ts";
import type { HostFacts } from "../../measure/manifest.ts";

export interface Space {
  readonly path: string;
  readonly free_bytes: number;
  readonly total_bytes: number;
}

/** A fact, or why there is none. */
export type Fact<T> = { readonly value: T } | { readonly value: null; readonly reason: string };

export interface DoctorFacts {
  readonly host: HostFacts;
  readonly shared_memory: Fact<Space>;
  readonly disk: Fact<Space>;
  /** How the disk tier would read and write there: `io_uring+direct`, `pread+direct`, `pread+buffered`. */
  readonly disk_path_taken: Fact<string>;
  /** The directory of the installed wheel. */
  readonly mooncake: Fact<string>;
  readonly rdma_devices: readonly RdmaDevice[];
  readonly gid_index: Fact<GidScore>;
  /** What `protocol: auto` takes to a node on another host, and over what. */
  readonly network_path: { readonly path: string; readonly why: string };
  readonly gpus: Fact<readonly GpuRow[]>;
  /** Null where there is no GPU or no RDMA device. */
  readonly gpu_nic_plan: GpuNicPlan | null;
}

export interface DoctorProbe {
  /** Where the disk tier would be. */
  readonly disk_dir: string;
  /** `/sys`, or a tree that a test made. */
  readonly sysfs_root: string;
}

export async function gatherDoctorFacts({ disk_dir, sysfs_root }: DoctorProbe): Promise<DoctorFacts> {
  const rdma_devices = readRdmaDevices(join(sysfs_root, "class/infiniband"));
  const gid_index = bestGidIndex(rdma_devices);
  const gpus = fromResult(findGpus(sysfs_root));
  const rows = gpus.value ?? [];
  return {
    host: readHostFacts(),
    shared_memory: spaceOf("/dev/shm"),
    disk: spaceOf(disk_dir),
    disk_path_taken: await probeDisk(disk_dir),
    mooncake: fromResult(findMooncake()),
    rdma_devices,
    gid_index: fromResult(gid_index),
    network_path: networkPath(join(sysfs_root, "class/infiniband")),
    gpus,
    gpu_nic_plan: rows.length === 0 || rdma_devices.length === 0 ? null : planGpuNics(rows, rdma_devices),
  };
}

function networkPath(sys_infiniband: string): DoctorFacts["network_path"] {
  const wish = { protocol: "auto", device_names: [], gid_index: null, numa_node: null } as const;
  const chosen = chooseNetworkPath(wish, false, readPathDevices(sys_infiniband), "");
  assert(chosen.ok, "auto without named devices always finds a path");
  const { path, why } = chosen.value;
  return { path: path === "rdma" ? `rdma by ${chosen.value.device}` : path, why };
}

function fromResult<T>(result: { ok: true; value: T } | { ok: false; error: string }): Fact<T> {
  return result.ok ? { value: result.value } : { value: null, reason: result.error };
}

function spaceOf(path: string): Fact<Space> {
  if (!existsSync(path)) return { value: null, reason: `${path} does not exist` };
  const { bavail, blocks, bsize } = statfsSync(path);
  return { value: { path, free_bytes: bavail * bsize, total_bytes: blocks * bsize } };
}

/** Opens a file there as the disk tier does. */
async function probeDisk(directory: string): Promise<Fact<string>> {
  if (!existsSync(directory)) return { value: null, reason: `${directory} does not exist` };
  const opened = openDataPlane({ copy_threads: 1 });
  if (!opened.ok) return { value: null, reason: opened.error.detail };
  const plane = opened.value;
  try {
    const scratch = mkdtempSync(join(directory, ".tierbench-doctor-"));
    const file = plane.openFile(join(scratch, "probe"), "create", 4_096);
    if (file.ok) plane.closeFile(file.value);
    rmSync(scratch, { recursive: true });
    return file.ok ? { value: file.value.path_taken } : { value: null, reason: file.error.detail };
  } catch (error) {
    return { value: null, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await plane.close();
  }
}
