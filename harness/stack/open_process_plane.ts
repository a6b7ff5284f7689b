// The data plane of an owner or engine: shared memory, and the network path to other nodes where the arm asks for one. The path is
// chosen once, by what this host has, and logged; one that is asked for and cannot be had ends the start.

import type { DataPlane } from "../../native/ffi/data_plane.ts";
import { chooseNetworkPath, type NetworkPath } from "../../native/ffi/network_path.ts";
import { NetworkedDataPlane } from "../../native/ffi/networked_data_plane.ts";
import { readNumaNode } from "../../native/ffi/numa_node.ts";
import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import { openFabricPlane } from "../../native/ffi/open_fabric_plane.ts";
import { readRdmaDevices } from "../../native/ffi/rdma_devices.ts";
import type { DataPath } from "../domain/data_path.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Log, NetworkWish } from "./process_config.ts";
import type { StartError } from "./start_error.ts";

export interface ProcessPlane {
  readonly plane: DataPlane;
  /** The same plane, where it reaches other nodes by network. */
  readonly network: NetworkedDataPlane | null;
  /** To other nodes, and what it was chosen over. */
  readonly to_nodes: { readonly path: DataPath; readonly why: string };
}

/** Longest wait for one transfer. */
const TRANSFER_TIMEOUT_MS = 10_000;

/** `wish` null: everything is reached through this host's memory. Closing the plane closes the network too. */
export function openProcessPlane(
  wish: NetworkWish | null,
  log: Log,
  copy_threads?: number,
): Result<ProcessPlane, StartError> {
  const path = wish === null ? null : choosePath(wish);
  if (path?.ok === false) return path;
  const local = openDataPlane(copy_threads === undefined ? {} : { copy_threads });
  if (!local.ok) return err({ code: "native", detail: local.error.detail });
  if (path === null || path.value.path === "shm")
    return ok({
      plane: local.value,
      network: null,
      to_nodes: { path: "shm", why: "the nodes share this host" },
    });
  const fabric = openFabricPlane(path.value.fabric);
  if (!fabric.ok) {
    void local.value.close();
    return err({ code: "network", detail: `link.protocol: ${fabric.error.detail}` });
  }
  const { provider, domain, library } = fabric.value.path_taken;
  log(`other nodes are reached by ${provider} on ${domain} (${library}): ${path.value.why}`);
  const network = new NetworkedDataPlane(local.value, fabric.value, TRANSFER_TIMEOUT_MS);
  const { path: name, why } = path.value;
  return ok({ plane: network, network, to_nodes: { path: name, why: `${why} (${provider} on ${domain})` } });
}

/** A node is a host of its own here, whatever host it really shares: that is what the arm asks for. */
function choosePath(wish: NetworkWish): Result<NetworkPath, StartError> {
  const { protocol, device_names, gid_index, tcp_source } = wish;
  const numa_node = readNumaNode();
  const asked = { protocol, device_names, gid_index, numa_node: numa_node.ok ? numa_node.value : null };
  const path = chooseNetworkPath(asked, false, readRdmaDevices(), tcp_source);
  return path.ok ? path : err({ code: "network", detail: `link.protocol: ${path.error.detail}` });
}
