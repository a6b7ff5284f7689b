// The RDMA devices of this host as the kernel describes them in sysfs. Reading needs no library, so that `doctor` can tell what is
// there where libfabric is not. The root is an argument, so that a test gives a tree of files.

import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { RdmaDevice, RdmaGid, RdmaPort } from "../../harness/domain/rdma_device.ts";

export const SYS_INFINIBAND = "/sys/class/infiniband";

const TYPES: Readonly<Record<string, RdmaGid["type"]>> = {
  "IB/RoCE v1": "roce_v1",
  "RoCE v2": "roce_v2",
};

/** By name; empty where there is none. */
export function readRdmaDevices(root: string = SYS_INFINIBAND): readonly RdmaDevice[] {
  return listOf(root).map((name) => readDevice(join(root, name), name));
}

function readDevice(folder: string, name: string): RdmaDevice {
  const device = join(folder, "device");
  const node = Number(textOf(join(device, "numa_node")) ?? -1);
  return {
    name,
    bdf: bdfOf(device),
    numa_node: node < 0 ? null : node,
    driver: /^DRIVER=(.*)$/m.exec(textOf(join(device, "uevent")) ?? "")?.[1] ?? null,
    is_virtual_function: existsSync(join(device, "physfn")),
    netdevs: listOf(join(device, "net")),
    ports: listOf(join(folder, "ports"))
      .map((port) => readPort(join(folder, "ports", port), Number(port)))
      .sort((a, b) => a.port - b.port),
  };
}

function readPort(folder: string, port: number): RdmaPort {
  const link_layer = textOf(join(folder, "link_layer")) ?? "unknown";
  const gids = listOf(join(folder, "gids"))
    .map((index) => readGid(folder, Number(index), link_layer))
    .filter((gid) => gid !== null)
    .sort((a, b) => a.gid_index - b.gid_index);
  return {
    port,
    // "4: ACTIVE"
    active: textOf(join(folder, "state"))?.includes("ACTIVE") ?? false,
    link_layer,
    rate: textOf(join(folder, "rate")) ?? "unknown",
    gids,
  };
}

function readGid(port: string, gid_index: number, link_layer: string): RdmaGid | null {
  const gid = textOf(join(port, "gids", String(gid_index)));
  if (gid === null || /^[0:]*$/.test(gid)) return null;
  const kind = TYPES[textOf(join(port, "gid_attrs", "types", String(gid_index))) ?? ""] ?? "unknown";
  const type = kind !== "roce_v2" && link_layer === "InfiniBand" ? "ib" : kind;
  return { gid_index, gid, type, netdev: textOf(join(port, "gid_attrs", "ndevs", String(gid_index))) };
}

function bdfOf(device: string): string | null {
  if (!existsSync(device)) return null;
  const name = basename(realpathSync(device));
  return /^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\.[0-9a-f]$/i.test(name) ? name : null;
}

function listOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Null: not there, empty, or the kernel has nothing to say (an unset GID has attributes that cannot be read). */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    return null;
  }
}
