// Which way bytes go between this process and another, decided once per pair of nodes and recorded. `auto` takes the best
// there is and says why; a protocol that was asked for and cannot be had is an error, never another path.

import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { RdmaDevice, RdmaGid, RdmaPort } from "./rdma_devices.ts";
import type { RdmaPlaneOptions } from "./rdma_open.ts";

export type Protocol = "auto" | "shm" | "tcp" | "rdma";

export interface PathWish {
  readonly protocol: Protocol;
  /** Devices that may be used, best first; empty: any. */
  readonly device_names: readonly string[];
  /** null: the first RoCE v2 address that is IPv4, else the first. */
  readonly gid_index: number | null;
  /** Where this process's memory lies; null: not known. */
  readonly numa_node: number | null;
}

/** `why` is for the report: what was chosen over what. */
export type NetworkPath =
  | { readonly path: "shm"; readonly why: string }
  | { readonly path: "tcp"; readonly why: string; readonly fabric: RdmaPlaneOptions }
  | {
      readonly path: "rdma";
      readonly why: string;
      readonly fabric: RdmaPlaneOptions;
      readonly device: string;
      readonly gid_index: number;
    };

export interface PathError {
  readonly code: "path_unavailable";
  readonly detail: string;
}

interface Choice {
  readonly device: RdmaDevice;
  readonly gid: RdmaGid;
}

/** `same_host`: the peer shares this host's memory. `tcp_source`: an address of this host that the peer reaches. */
export function chooseNetworkPath(
  wish: PathWish,
  same_host: boolean,
  devices: readonly RdmaDevice[],
  tcp_source: string,
): Result<NetworkPath, PathError> {
  const { protocol } = wish;
  if (protocol === "shm" && !same_host)
    return unavailable("shm: the peer is on another host. Use rdma, tcp or auto.");
  if (same_host && (protocol === "auto" || protocol === "shm"))
    return ok({ path: "shm", why: protocol === "shm" ? "asked for" : "the peer is on this host" });
  if (protocol !== "tcp") {
    const choice = pickDevice(wish, devices);
    if (choice.ok) return ok(rdmaPath(choice.value, wish));
    // A device that was named is meant: it is not passed over because it is down.
    if (protocol === "rdma" || wish.device_names.length > 0) return choice;
    return ok({ ...tcpPath(tcp_source), why: choice.error.detail });
  }
  return ok({ ...tcpPath(tcp_source), why: "asked for" });
}

function tcpPath(source: string): { path: "tcp"; fabric: RdmaPlaneOptions } {
  return { path: "tcp", fabric: { provider: "tcp", source } };
}

function rdmaPath({ device, gid }: Choice, wish: PathWish): NetworkPath {
  const near = device.numa_node !== null && device.numa_node === wish.numa_node;
  const why = `${device.name} is up, GID ${gid.gid_index} (${gid.type})${near ? `, on NUMA node ${device.numa_node}` : ""}`;
  const provider = device.driver === "efa" ? "efa" : "verbs;ofi_rxm";
  const source = ipv4Of(gid.gid);
  return {
    path: "rdma",
    why,
    device: device.name,
    gid_index: gid.gid_index,
    fabric: {
      provider,
      domain: device.name,
      gid_index: gid.gid_index,
      ...(source === null ? {} : { source }),
    },
  };
}

function pickDevice(wish: PathWish, devices: readonly RdmaDevice[]): Result<Choice, PathError> {
  const names = wish.device_names.length > 0 ? wish.device_names : devices.map((device) => device.name);
  const choices: Choice[] = [];
  for (const name of names) {
    const device = devices.find((candidate) => candidate.name === name);
    const gid = device === undefined ? null : pickGid(device, wish.gid_index);
    if (device !== undefined && gid !== null) choices.push({ device, gid });
  }
  const near = choices.find(({ device }) => device.numa_node === wish.numa_node && wish.numa_node !== null);
  // Devices that the user ordered are taken in that order.
  const best = wish.device_names.length > 0 ? choices[0] : (near ?? choices[0]);
  return best === undefined ? unavailable(`rdma: ${whyNone(wish, devices)}`) : ok(best);
}

function pickGid(device: RdmaDevice, gid_index: number | null): RdmaGid | null {
  const gids = device.ports.filter((port: RdmaPort) => port.active).flatMap((port) => port.gids);
  if (gid_index !== null) return gids.find((gid) => gid.gid_index === gid_index) ?? null;
  const routable = gids.find((gid) => gid.type === "roce_v2" && ipv4Of(gid.gid) !== null);
  return routable ?? gids[0] ?? null;
}

/** An IPv4 address mapped into a GID: ::ffff:a.b.c.d. */
function ipv4Of(gid: string): string | null {
  const digits = /^0000:0000:0000:0000:0000:ffff:([0-9a-f]{4}):([0-9a-f]{4})$/.exec(gid);
  if (digits === null) return null;
  const value = Number.parseInt(`${digits[1]}${digits[2]}`, 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

function whyNone(wish: PathWish, devices: readonly RdmaDevice[]): string {
  if (devices.length === 0) return "this host has no RDMA device (/sys/class/infiniband is empty).";
  const have = devices.map(
    ({ name, ports }) => `${name} ${ports.some((port) => port.active) ? "up" : "down"}`,
  );
  const wanted = wish.device_names.length > 0 ? ` of ${wish.device_names.join(", ")}` : "";
  const gid = wish.gid_index === null ? "" : ` with GID ${wish.gid_index}`;
  return `no device${wanted}${gid} has an active port with an address; here: ${have.join(", ")}.`;
}

function unavailable(detail: string): Result<never, PathError> {
  return err({ code: "path_unavailable", detail });
}
