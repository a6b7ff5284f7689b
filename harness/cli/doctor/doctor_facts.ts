// What `doctor` finds out about this host. Each fact is looked up, none is presumed; what cannot be looked up is null with a reason
// in words beside it.

import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { chooseNetworkPath } from "../../../native/ffi/network_path.ts";
import { readNumaNode } from "../../../native/ffi/numa_node.ts";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { judgeRdmaDevices, type RdmaVerdict, type RdmaWish } from "../../../native/ffi/rdma_choice.ts";
import { readRdmaDevices } from "../../../native/ffi/rdma_devices.ts";
import type { RdmaDevice } from "../../domain/rdma_device.ts";
import { findGpus } from "../../launch/find_gpus.ts";
import { findMooncake } from "../../launch/mooncake/mooncake_install.ts";
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
  /** Where this process's memory lies, or what `--numa-node` said. */
  readonly numa_node: Fact<number>;
  /** What `link.protocol=auto` takes to a node on another host with these devices; its value is null where nothing can be had. */
  readonly network_path: Fact<{ readonly path: string; readonly why: string }>;
  /** What becomes of each device, the one that is taken first. */
  readonly rdma_verdicts: readonly RdmaVerdict[];
  readonly gpus: Fact<readonly GpuRow[]>;
  /** Null where there is no GPU or no RDMA device. */
  readonly gpu_nic_plan: GpuNicPlan | null;
}

export interface DoctorProbe {
  /** Where the disk tier would be. */
  readonly disk_dir: string;
  /** `/sys`, or a tree that a test made. */
  readonly sysfs_root: string;
  /** As `link` of a configuration has them; `numa_node` null: this process's own. */
  readonly wish: RdmaWish;
}

export async function gatherDoctorFacts({
  disk_dir,
  sysfs_root,
  wish: asked,
}: DoctorProbe): Promise<DoctorFacts> {
  const rdma_devices = readRdmaDevices(join(sysfs_root, "class/infiniband"));
  const gid_index = bestGidIndex(rdma_devices);
  const gpus = fromResult(findGpus(sysfs_root));
  const rows = gpus.value ?? [];
  const numa_node: Fact<number> =
    asked.numa_node === null ? fromResult(readNumaNode(sysfs_root)) : { value: asked.numa_node };
  const wish = { ...asked, numa_node: numa_node.value };
  return {
    host: readHostFacts(),
    shared_memory: spaceOf("/dev/shm"),
    disk: spaceOf(disk_dir),
    disk_path_taken: await probeDisk(disk_dir),
    mooncake: fromResult(findMooncake()),
    rdma_devices,
    gid_index: fromResult(gid_index),
    numa_node,
    network_path: networkPath(wish, rdma_devices),
    rdma_verdicts: judgeRdmaDevices(wish, rdma_devices),
    gpus,
    gpu_nic_plan: rows.length === 0 || rdma_devices.length === 0 ? null : planGpuNics(rows, rdma_devices),
  };
}

function networkPath(wish: RdmaWish, devices: readonly RdmaDevice[]): DoctorFacts["network_path"] {
  const chosen = chooseNetworkPath({ ...wish, protocol: "auto" }, false, devices, "");
  if (!chosen.ok) return { value: null, reason: chosen.error.detail };
  const { path, why } = chosen.value;
  return { value: { path: path === "rdma" ? `rdma by ${chosen.value.device}` : path, why } };
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
