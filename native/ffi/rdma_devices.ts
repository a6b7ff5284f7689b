// The RDMA devices of this host as the kernel describes them in sysfs: ports, addresses (GIDs), NUMA nodes. Reading needs no
// library, so that `doctor` can tell what is there where libfabric is not.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface RdmaGid {
  readonly gid_index: number;
  /** As the kernel writes it: eight groups of four hex digits. */
  readonly gid: string;
  readonly type: "ib" | "roce_v1" | "roce_v2" | "unknown";
  readonly netdev: string | null;
}

export interface RdmaPort {
  readonly port: number;
  readonly active: boolean;
  readonly link_layer: string;
  /** As the kernel words it: "100 Gb/sec (4X EDR)". */
  readonly rate: string;
  /** Those that are set. */
  readonly gids: readonly RdmaGid[];
}

export interface RdmaDevice {
  readonly name: string;
  /** null: a device of no node (software devices, one-node hosts). */
  readonly numa_node: number | null;
  readonly driver: string | null;
  readonly ports: readonly RdmaPort[];
}

export const SYS_INFINIBAND = "/sys/class/infiniband";

const TYPES: Readonly<Record<string, RdmaGid["type"]>> = {
  "IB/RoCE v1": "roce_v1",
  "RoCE v2": "roce_v2",
};

/** By name; empty where there is none. */
export function readRdmaDevices(root: string = SYS_INFINIBAND): readonly RdmaDevice[] {
  return listOf(root).map((name) => {
    const folder = join(root, name);
    const node = Number(textOf(join(folder, "device", "numa_node")) ?? -1);
    const driver = /^DRIVER=(.*)$/m.exec(textOf(join(folder, "device", "uevent")) ?? "")?.[1] ?? null;
    const ports = listOf(join(folder, "ports")).map((port) => readPort(folder, port));
    return { name, numa_node: node < 0 ? null : node, driver, ports };
  });
}

function readPort(device: string, port: string): RdmaPort {
  const folder = join(device, "ports", port);
  const link_layer = textOf(join(folder, "link_layer")) ?? "unknown";
  const gids = listOf(join(folder, "gids"))
    .map((index) => readGid(folder, Number(index), link_layer))
    .filter((gid) => gid !== null)
    .sort((a, b) => a.gid_index - b.gid_index);
  return {
    port: Number(port),
    // "4: ACTIVE"
    active: textOf(join(folder, "state"))?.startsWith("4:") ?? false,
    link_layer,
    rate: textOf(join(folder, "rate")) ?? "unknown",
    gids,
  };
}

function readGid(port: string, gid_index: number, link_layer: string): RdmaGid | null {
  const gid = textOf(join(port, "gids", String(gid_index)));
  if (gid === null || /^[0:]*$/.test(gid)) return null;
  const kind = TYPES[textOf(join(port, "gid_attrs", "types", String(gid_index))) ?? ""] ?? "unknown";
  const type = kind === "roce_v1" && link_layer === "InfiniBand" ? "ib" : kind;
  return { gid_index, gid, type, netdev: textOf(join(port, "gid_attrs", "ndevs", String(gid_index))) };
}

function listOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** null: not there, or the kernel has nothing to say (an unset GID has attributes that cannot be read). */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
