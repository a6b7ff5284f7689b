// Which way bytes go between this process and another, decided once per pair of nodes and recorded. `auto` takes the best
// there is and says why; a protocol that was asked for and cannot be had is an error, never another path.

import type { RdmaDevice } from "../../harness/domain/rdma_device.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { FabricOptions } from "./open_fabric.ts";
import { judgeRdmaDevices, type RdmaChoice, type RdmaWish } from "./rdma_choice.ts";
import { ipv4Of } from "./rdma_gid_choice.ts";

export type Protocol = "auto" | "shm" | "tcp" | "rdma";

export interface PathWish extends RdmaWish {
  readonly protocol: Protocol;
}

/** `why` is for the report: what was chosen over what. */
export type NetworkPath =
  | { readonly path: "shm"; readonly why: string }
  | { readonly path: "tcp"; readonly why: string; readonly fabric: FabricOptions }
  | {
      readonly path: "rdma";
      readonly why: string;
      readonly fabric: FabricOptions;
      readonly device: string;
      readonly gid_index: number;
    };

export interface PathError {
  readonly code: "path_unavailable";
  readonly detail: string;
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
  if (protocol === "tcp") return ok({ ...tcpPath(tcp_source), why: "asked for" });
  const [best] = judgeRdmaDevices(wish, devices);
  if (best !== undefined && best.choice !== null) return ok(rdmaPath(best.choice, best.why));
  const why = whyNone(wish, devices);
  // A device that was named is meant: it is not passed over because it is down.
  if (protocol === "rdma" || wish.device_names.length > 0)
    return unavailable(`rdma: ${why}. ${nextStep(devices)}`);
  return ok({ ...tcpPath(tcp_source), why });
}

function tcpPath(source: string): { path: "tcp"; fabric: FabricOptions } {
  return { path: "tcp", fabric: { provider: "tcp", source } };
}

function rdmaPath({ device, gid }: RdmaChoice, why: string): NetworkPath {
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

function whyNone(wish: RdmaWish, devices: readonly RdmaDevice[]): string {
  if (devices.length === 0 && wish.device_names.length === 0)
    return "this host has no RDMA device (/sys/class/infiniband is empty)";
  const each = judgeRdmaDevices(wish, devices).map(({ name, why }) => `${name}: ${why}`);
  return `no device can be used: ${each.join("; ")}`;
}

function nextStep(devices: readonly RdmaDevice[]): string {
  return devices.length === 0
    ? "Load the device's driver, or use tcp."
    : "Bring a port up, give it an address, or name another device; or use tcp.";
}

function unavailable(detail: string): Result<never, PathError> {
  return err({ code: "path_unavailable", detail });
}
