// RDMA devices of this host as the kernel shows them under /sys/class/infiniband. The root is an argument, so that a test gives
// a tree of files. Nothing here needs a library of the vendor.

import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";

export const INFINIBAND_ROOT = "/sys/class/infiniband";
/** GID indices that are looked at, as in the owner scripts. */
export const MAX_GID_INDEX = 8;

export interface RdmaGid {
  readonly index: number;
  /** `fe80:0000:…`, 8 groups. */
  readonly gid: string;
  /** `RoCE v2`, `IB/RoCE v1`; "" where the kernel does not say. */
  readonly type: string;
  readonly netdev: string;
}

export interface RdmaPort {
  readonly port: number;
  readonly active: boolean;
  /** Entries with a net device and a GID that is not all zero. */
  readonly gids: readonly RdmaGid[];
}

export interface RdmaDevice {
  readonly name: string;
  /** PCI address `dddd:bb:dd.f`; "" for a device that is not on PCI. */
  readonly bdf: string;
  /** −1: not known. */
  readonly numa_node: number;
  readonly netdevs: readonly string[];
  readonly ports: readonly RdmaPort[];
}

/** Sorted by name; none where the kernel has no RDMA. */
export function readRdmaDevices(root: string = INFINIBAND_ROOT): RdmaDevice[] {
  return list(root).map((name) => readDevice(join(root, name), name));
}

/** A port that could carry traffic now; with an index, one that has that GID. */
export function hasActivePort(device: RdmaDevice, gid_index: number | null): boolean {
  return device.ports.some(
    ({ active, gids }) => active && (gid_index === null || gids.some(({ index }) => index === gid_index)),
  );
}

function readDevice(path: string, name: string): RdmaDevice {
  const device = join(path, "device");
  const numa_node = text(join(device, "numa_node"));
  return {
    name,
    bdf: bdfOf(device),
    numa_node: numa_node === "" ? -1 : Number(numa_node),
    netdevs: list(join(device, "net")),
    ports: list(join(path, "ports")).map((port) => readPort(join(path, "ports", port), Number(port))),
  };
}

function readPort(path: string, port: number): RdmaPort {
  const indices = Array.from({ length: MAX_GID_INDEX + 1 }, (_, index) => index);
  return {
    port,
    active: text(join(path, "state")).includes("ACTIVE"),
    gids: indices.flatMap((index) => readGid(path, index)),
  };
}

function readGid(port_path: string, index: number): RdmaGid[] {
  const gid = text(join(port_path, "gids", String(index)));
  const netdev = text(join(port_path, "gid_attrs", "ndevs", String(index)));
  if (netdev === "" || /^0*$/.test(gid.replaceAll(":", ""))) return [];
  return [{ index, gid, netdev, type: text(join(port_path, "gid_attrs", "types", String(index))) }];
}

function bdfOf(device: string): string {
  if (!existsSync(device)) return "";
  const name = basename(realpathSync(device));
  return /^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\.[0-9a-f]$/i.test(name) ? name : "";
}

function list(path: string): string[] {
  return existsSync(path) ? readdirSync(path).sort() : [];
}

/** "" where there is no such file, or the kernel refuses it (an empty GID entry reads as EINVAL). */
function text(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
