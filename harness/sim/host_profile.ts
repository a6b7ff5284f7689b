// Hosts that the simulator knows without measuring. Each says where its figures are from, and which are assumed.

import type { HostProfile } from "../domain/host_profile.ts";
import { NS_PER_US } from "../domain/units.ts";

/** Two shared vCPUs that run the whole live stack. */
export const LAPTOP_HOST: HostProfile = {
  host_name: "laptop",
  one_host: true,
  // 64 B over a unix socket, unpipelined: 12,000 requests/s.
  rpc_ns: 83 * NS_PER_US,
  rpc_key_ns: 500,
  // Bun → submission ring → native thread → shared memory: 64 KiB in 3.2 µs p50, 5.7–6.95 GB/s.
  copy_ns: 3_200,
  copy_bytes_per_s: 6.3e9,
  // O_DIRECT + io_uring 1.2–3.5 GB/s; depth beyond 8 mostly adds latency.
  disk_read_bytes_per_s: 2.4e9,
  disk_write_bytes_per_s: 1.2e9,
  disk_latency_ns: 100 * NS_PER_US,
  disk_depth: 8,
  http_ns: 300 * NS_PER_US,
  http_token_ns: 60,
  sse_ns: 120 * NS_PER_US,
  // Native pacer: late by 55 µs p50.
  step_lateness_us: 55,
  source:
    "spec native_notes.md where a figure is there (RPC, copy, disk rates and depth, pacer); " +
    "assumed: rpc_key_ns, disk_latency_ns, http_ns, http_token_ns, sse_ns",
};

/** One server a node. Nothing here is measured by this project: see `source`. */
export const CLUSTER_HOST: HostProfile = {
  host_name: "cluster",
  one_host: false,
  rpc_ns: 60 * NS_PER_US,
  rpc_key_ns: 350,
  copy_ns: 3_200,
  copy_bytes_per_s: 50e9,
  disk_read_bytes_per_s: 6e9,
  disk_write_bytes_per_s: 3e9,
  disk_latency_ns: 80 * NS_PER_US,
  disk_depth: 32,
  http_ns: 200 * NS_PER_US,
  http_token_ns: 30,
  sse_ns: 100 * NS_PER_US,
  step_lateness_us: 0,
  source:
    "assumed: PCIe 5 × 16 copies at 50 GB/s, one data-centre NVMe drive, an RDMA or 100 GbE control network; " +
    "rpc_key_ns from the real store's 2.9 M keys/s (spec native_notes.md)",
};
