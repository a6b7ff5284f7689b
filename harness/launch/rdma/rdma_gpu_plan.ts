// Which RDMA device each GPU shall use, and why (spec: vllm_mooncake_store_connector.md §1.8). Pure; a plan with a doubtful row
// is still a plan, and says so.

import type { RdmaDevice } from "../../domain/rdma_device.ts";

export interface GpuRow {
  readonly index: number;
  /** PCI address `dddd:bb:dd.f`. */
  readonly bdf: string;
  /** −1: not known. */
  readonly numa_node: number;
}

export type NicRow = Pick<RdmaDevice, "name" | "bdf" | "numa_node" | "netdevs">;

export type PlanReason =
  | "exact-netdev"
  | "ambiguous-exact-netdev"
  | "same-numa-pci-distance"
  | "global-pci-distance"
  | "no-unused-rnic-match";

export interface GpuNic {
  readonly gpu: GpuRow;
  /** "" where none is left. */
  readonly nic: string;
  readonly reason: PlanReason;
}

export interface GpuNicPlan {
  /** In the order of the GPUs. */
  readonly rows: readonly GpuNic[];
  /** False: some row is a guess. */
  readonly sure: boolean;
}

const BAD_BDF_DISTANCE = 1_073_741_824;

export function planGpuNics(gpus: readonly GpuRow[], nics: readonly NicRow[]): GpuNicPlan {
  const by_name = nics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const used = new Set<string>();
  const chosen = new Map<number, GpuNic>();
  const take = (gpu: GpuRow, nic: NicRow | undefined, reason: PlanReason): void => {
    if (nic !== undefined) used.add(nic.name);
    chosen.set(gpu.index, { gpu, nic: nic?.name ?? "", reason });
  };
  for (const gpu of gpus) {
    const named = by_name.filter(({ netdevs }) => netdevs.some((netdev) => isNetdevOf(gpu.index, netdev)));
    if (named.length > 0) take(gpu, named[0], named.length > 1 ? "ambiguous-exact-netdev" : "exact-netdev");
  }
  for (const gpu of gpus) {
    if (chosen.has(gpu.index)) continue;
    const unused = by_name.filter(({ name }) => !used.has(name));
    const near = unused.filter(({ numa_node }) => numa_node === gpu.numa_node);
    if (near.length > 0) take(gpu, nearest(gpu, near), "same-numa-pci-distance");
    else take(gpu, nearest(gpu, unused), unused.length > 0 ? "global-pci-distance" : "no-unused-rnic-match");
  }
  const rows = gpus.flatMap((gpu) => chosen.get(gpu.index) ?? []);
  const doubtful = rows.some(
    ({ reason }) => reason === "ambiguous-exact-netdev" || reason === "no-unused-rnic-match",
  );
  return { rows, sure: !doubtful };
}

/** `gpu|bdf|numa|nic|reason`, the row of the scripts. */
export function formatGpuNic({ gpu, nic, reason }: GpuNic): string {
  return `${gpu.index}|${gpu.bdf}|${gpu.numa_node}|${nic}|${reason}`;
}

/** Rows of `nvidia-smi --query-gpu=index,pci.bus_id --format=csv,noheader`; `numaOf` knows the kernel's node of an address. */
export function parseGpuRows(csv: string, numaOf: (bdf: string) => number): GpuRow[] {
  return csv
    .split("\n")
    .map((line) => line.split(",").map((cell) => cell.trim()))
    .flatMap(([index = "", bus_id = ""]) => {
      if (!/^\d+$/.test(index)) return [];
      // The tool writes the domain with 8 digits in capitals, the kernel with 4.
      const bdf = bus_id.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, "");
      return [{ index: Number(index), bdf, numa_node: numaOf(bdf) }];
    });
}

function isNetdevOf(gpu_index: number, netdev: string): boolean {
  return new RegExp(`^gpu${gpu_index}rdma[0-9]+$`).test(netdev);
}

/** The list is sorted by name, and the first of equals is taken. */
function nearest(gpu: GpuRow, nics: readonly NicRow[]): NicRow | undefined {
  let best: NicRow | undefined;
  for (const nic of nics) {
    if (best === undefined || pciDistance(gpu.bdf, nic.bdf) < pciDistance(gpu.bdf, best.bdf)) best = nic;
  }
  return best;
}

/** `b` null: not on PCI, and as far as can be. */
export function pciDistance(a: string, b: string | null): number {
  const left = parseBdf(a);
  const right = parseBdf(b ?? "");
  if (left === null || right === null) return BAD_BDF_DISTANCE;
  const weights = [1e6, 1e3, 10, 1];
  return weights.reduce((sum, weight, i) => sum + weight * Math.abs((left[i] ?? 0) - (right[i] ?? 0)), 0);
}

/** [domain, bus, device, function]. */
function parseBdf(bdf: string): readonly number[] | null {
  const match = /^([0-9a-f]+):([0-9a-f]+):([0-9a-f]+)\.([0-9a-f])$/i.exec(bdf);
  return match === null ? null : match.slice(1).map((part) => Number.parseInt(part, 16));
}
