// Shaping of a link between two nodes: pure arithmetic over the next-free times of their NICs. Every node has one NIC with
// a sending and a receiving side, each of which carries one transfer at a time; a transfer waits until both sides it needs
// are free. Live keeps the table in shared memory, the simulator in an array; who calls makes a call atomic.

import { assert } from "../../domain/assert.ts";
import { NS_PER_S } from "../../domain/units.ts";

/** Next-free times in ns, two per node: sending side at 2 × node, receiving side at 2 × node + 1. A Float64Array fits. */
export interface NumberTable {
  readonly length: number;
  [index: number]: number;
}

export interface LinkShape {
  /** Null: transfers do not queue and take no wire time, only latency. */
  readonly bandwidth_bytes_per_s: number | null;
  readonly latency_ns: number;
}

export interface TransferSlot {
  /** First byte leaves. */
  readonly start_ns: number;
  /** Last byte is at the receiver, latency included. */
  readonly end_ns: number;
}

/** Numbers a table needs for `node_count` nodes. */
export function linkTableLength(node_count: number): number {
  return 2 * node_count;
}

/** Takes the next free slot on both NICs, or none of the link when both ends are the same node. Times are integers. */
export function reserveTransfer(
  next_free: NumberTable,
  src_index: number,
  dst_index: number,
  bytes: number,
  now_ns: number,
  link: LinkShape,
): TransferSlot {
  assert(bytes >= 0, "a transfer has no negative size");
  if (src_index === dst_index) return { start_ns: now_ns, end_ns: now_ns };
  if (link.bandwidth_bytes_per_s === null) return { start_ns: now_ns, end_ns: now_ns + link.latency_ns };

  const tx = 2 * src_index;
  const rx = 2 * dst_index + 1;
  const tx_free_ns = next_free[tx];
  const rx_free_ns = next_free[rx];
  assert(tx_free_ns !== undefined && rx_free_ns !== undefined, "both nodes are in the link table");
  const start_ns = Math.max(now_ns, tx_free_ns, rx_free_ns);
  const wire_end_ns = start_ns + Math.round((bytes / link.bandwidth_bytes_per_s) * NS_PER_S);
  next_free[tx] = wire_end_ns;
  next_free[rx] = wire_end_ns;
  return { start_ns, end_ns: wire_end_ns + link.latency_ns };
}
