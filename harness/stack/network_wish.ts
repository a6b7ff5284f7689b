// The path between nodes that an arm asks its processes to take.

import type { ArmConfig } from "../config/arm_config.ts";
import type { NetworkWish } from "./process_config.ts";

/** All nodes of a live run share this host, so that `auto` takes its memory. */
export function networkWish({ link }: ArmConfig): NetworkWish | null {
  const { protocol, device_names, gid_index, tcp_source } = link;
  return protocol === "tcp" || protocol === "rdma" ? { protocol, device_names, gid_index, tcp_source } : null;
}
