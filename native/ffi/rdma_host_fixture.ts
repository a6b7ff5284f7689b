// RDMA devices that no host here has: as objects, and as the tree of files under which the kernel would show them.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RdmaDevice, RdmaGid, RdmaPort } from "../../harness/domain/rdma_device.ts";

const ZERO_GID = "0000:0000:0000:0000:0000:0000:0000:0000";

/** RoCE v2 on 10.77.0.<host>: 0a4d is 10.77. */
export function ipv4Gid(gid_index: number, host: number, netdev = "eth0"): RdmaGid {
  const last = host.toString(16).padStart(4, "0");
  return { gid_index, gid: `0000:0000:0000:0000:0000:ffff:0a4d:${last}`, type: "roce_v2", netdev };
}

export function localGid(gid_index: number, type: RdmaGid["type"] = "roce_v1", netdev = "eth0"): RdmaGid {
  return { gid_index, gid: "fe80:0000:0000:0000:0000:00ff:fe00:0001", type, netdev };
}

export function rocePort(gids: readonly RdmaGid[], more: Partial<RdmaPort> = {}): RdmaPort {
  return { port: 1, active: true, link_layer: "Ethernet", rate: "100 Gb/sec (4X EDR)", gids, ...more };
}

/** One active port at 100 Gbit/s with a link-local RoCE v1 address at 0 and an IPv4 RoCE v2 one at 3. */
export function roceDevice(name: string, more: Partial<RdmaDevice> = {}): RdmaDevice {
  return {
    name,
    bdf: null,
    numa_node: null,
    driver: "mlx5_core",
    is_virtual_function: false,
    netdevs: [],
    ports: [rocePort([localGid(0), ipv4Gid(3, 1)])],
    ...more,
  };
}

/** Writes what the kernel would show of `devices` under `sys`; unset GID entries stand between the set ones. */
export function writeSysfs(sys: string, devices: readonly RdmaDevice[]): void {
  for (const device of devices) {
    const shown = join(sys, "class/infiniband", device.name);
    const hardware = join(sys, "devices", device.bdf ?? device.name);
    write(join(hardware, "numa_node"), String(device.numa_node ?? -1));
    if (device.driver !== null) write(join(hardware, "uevent"), `DRIVER=${device.driver}\nPCI_CLASS=20000`);
    if (device.is_virtual_function) mkdirSync(join(hardware, "physfn"));
    for (const netdev of device.netdevs) mkdirSync(join(hardware, "net", netdev), { recursive: true });
    for (const port of device.ports) writePort(join(shown, "ports", String(port.port)), port);
    mkdirSync(shown, { recursive: true });
    symlinkSync(hardware, join(shown, "device"));
  }
}

const TYPES = { ib: "IB/RoCE v1", roce_v1: "IB/RoCE v1", roce_v2: "RoCE v2", unknown: "?" } as const;

function writePort(folder: string, { active, link_layer, rate, gids }: RdmaPort): void {
  write(join(folder, "state"), active ? "4: ACTIVE" : "1: DOWN");
  write(join(folder, "link_layer"), link_layer);
  write(join(folder, "rate"), rate);
  const last = Math.max(1, ...gids.map(({ gid_index }) => gid_index));
  for (let index = 0; index <= last; index++) write(join(folder, "gids", String(index)), ZERO_GID);
  for (const { gid_index, gid, type, netdev } of gids) {
    write(join(folder, "gids", String(gid_index)), gid);
    write(join(folder, "gid_attrs/types", String(gid_index)), TYPES[type]);
    if (netdev !== null) write(join(folder, "gid_attrs/ndevs", String(gid_index)), netdev);
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}
