// What a host's GPUs and RDMA devices mean for its engines and owner: the GID index, device lists, and which GPUs an engine sees. Nodes
// of a cluster are taken to be alike: what the head has is what all have. Pure.

import type { RdmaDevice } from "../../domain/rdma_device.ts";
import { bestGidIndex, hasActivePort } from "../rdma/rdma_gid.ts";
import { type GpuNicPlan, type GpuRow, planGpuNics } from "../rdma/rdma_gpu_plan.ts";

export interface HostDevices {
  /** Null: no usable RDMA. */
  readonly gid_index: number | null;
  /** Devices with an active port that has this GID. */
  readonly nic_names: readonly string[];
  /** Null: no GPU, or no RDMA device. */
  readonly gpu_nics: GpuNicPlan | null;
  /** Physical indices that engines may use; null: not known, and taken to be as many as are asked for. */
  readonly gpu_indices: readonly number[] | null;
}

export const NO_DEVICES: HostDevices = {
  gid_index: null,
  nic_names: [],
  gpu_nics: null,
  gpu_indices: null,
};

/** `visible`: CUDA_VISIBLE_DEVICES of this process, as a batch system sets it. */
export function hostDevices(
  rdma: readonly RdmaDevice[],
  gpus: readonly GpuRow[],
  visible: string | undefined,
): HostDevices {
  const gid = bestGidIndex(rdma);
  const gid_index = gid.ok ? gid.value.index : null;
  const nics = gid_index === null ? [] : rdma.filter((device) => hasActivePort(device, gid_index));
  const given = visible?.split(",").map((index) => index.trim());
  const is_list = given?.every((index) => /^\d+$/.test(index)) ?? false;
  return {
    gid_index,
    nic_names: nics.map(({ name }) => name),
    gpu_nics: gpus.length === 0 || nics.length === 0 ? null : planGpuNics(gpus, nics),
    gpu_indices:
      is_list && given !== undefined
        ? given.map(Number)
        : gpus.length === 0
          ? null
          : gpus.map(({ index }) => index),
  };
}

/** vLLM's worker takes the entry at its physical GPU index; "" where some GPU has none, and Mooncake chooses. */
export function workerDeviceList({ gpu_nics }: HostDevices): string {
  if (gpu_nics === null || gpu_nics.rows.some(({ nic }) => nic === "")) return "";
  const by_index = gpu_nics.rows.toSorted((a, b) => a.gpu.index - b.gpu.index);
  return by_index.every(({ gpu }, i) => gpu.index === i) ? by_index.map(({ nic }) => nic).join(",") : "";
}

/** Of the engine at `slot` on its host. Null: the host has too few. */
export function enginesGpus(
  { gpu_indices }: HostDevices,
  slot: number,
  gpus_per_engine: number,
): readonly number[] | null {
  const first = slot * gpus_per_engine;
  const wanted = Array.from({ length: gpus_per_engine }, (_, i) => first + i);
  if (gpu_indices === null) return wanted;
  const found = gpu_indices.slice(first, first + gpus_per_engine);
  return found.length < gpus_per_engine ? null : found;
}
