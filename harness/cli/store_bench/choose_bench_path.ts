// The path that `store-bench --path` asks for, on this host: what the processes are started with, and the device to measure.

import { chooseNetworkPath } from "../../../native/ffi/network_path.ts";
import { readNumaNode } from "../../../native/ffi/numa_node.ts";
import { readRdmaDevices } from "../../../native/ffi/rdma_devices.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { NetworkWish } from "../../stack/process_config.ts";
import type { BenchPath } from "./path_limit.ts";
import type { PerftestTarget } from "./perftest_limit.ts";

export interface ChosenPath {
  readonly path: BenchPath;
  readonly why: string;
  /** Null: by shared memory. */
  readonly network: NetworkWish | null;
  readonly device: PerftestTarget | null;
}

const LOOPBACK = "127.0.0.1";

/** Another path is never taken for the one that is asked for. */
export function chooseBenchPath(asked: string): Result<ChosenPath, string> {
  if (asked === "shm")
    return ok({ path: "shm", why: "the segment is on this host", network: null, device: null });
  if (asked !== "tcp" && asked !== "rdma") return err(`--path: must be shm, tcp or rdma, got ${asked}.`);
  const network: NetworkWish = {
    protocol: asked,
    device_names: [],
    gid_index: null,
    tcp_source: LOOPBACK,
  };
  const numa_node = readNumaNode();
  const wish = { ...network, numa_node: numa_node.ok ? numa_node.value : null };
  const chosen = chooseNetworkPath(wish, false, readRdmaDevices(), LOOPBACK);
  if (!chosen.ok) return err(`--path ${asked}: ${chosen.error.detail}`);
  const { path, why } = chosen.value;
  if (path !== "rdma") return ok({ path, why, network, device: null });
  const { device, gid_index, fabric } = chosen.value;
  return ok({ path, why, network, device: { device, gid_index, host: fabric.source ?? LOOPBACK } });
}
