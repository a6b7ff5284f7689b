// The master's /metrics and /metrics/summary, with Mooncake's names where it has the same quantity (spec: mooncake_store.md
// §6.8; the trailing underscores are real). Names that start with master_tierbench_ are ours.

import type { MasterOp, MasterStats } from "../domain/master_api.ts";
import { formatBytes } from "../domain/units.ts";
import { MASTER_OPS } from "../wire/master_codec.ts";
import { MetricsText } from "./metrics_text.ts";

export function masterMetrics(stats: MasterStats): Response {
  const text = new MetricsText({});
  text.add("gauge", "master_allocated_bytes", stats.allocated_bytes);
  text.add("gauge", "master_total_capacity_bytes", stats.total_capacity_bytes);
  text.add("gauge", "master_allocated_file_size_bytes", stats.allocated_file_size_bytes);
  text.add("gauge", "master_total_file_capacity_bytes", stats.total_file_capacity_bytes);
  text.add("gauge", "master_key_count", stats.key_count);
  text.add("gauge", "master_soft_pin_key_count", stats.soft_pin_key_count);
  text.add("gauge", "master_active_clients", stats.active_clients);
  for (const { segment_name, allocated_bytes } of stats.segments) {
    text.add("gauge", "segment_allocated_bytes", allocated_bytes, { segment: segment_name });
  }
  for (const { segment_name, capacity_bytes } of stats.segments) {
    text.add("gauge", "segment_total_capacity_bytes", capacity_bytes, { segment: segment_name });
  }
  text.add("counter", "mem_cache_hit_nums_", stats.mem_cache_hit_nums);
  text.add("counter", "file_cache_hit_nums_", stats.file_cache_hit_nums);
  text.add("counter", "total_get_nums_", stats.total_get_nums);
  text.add("counter", "valid_get_nums_", stats.valid_get_nums);
  text.add("counter", "master_evicted_key_count", stats.evicted_key_count);
  text.add("counter", "master_evicted_size_bytes", stats.evicted_size_bytes);
  text.add("counter", "master_put_start_alloc_failures_total", stats.put_start_alloc_failures);
  text.add("counter", "master_tierbench_offloaded_key_count", stats.offloaded_key_count);
  text.add("counter", "master_tierbench_preferred_placed_total", stats.preferred_placed);
  text.add("counter", "master_tierbench_preferred_fallback_total", stats.preferred_fallback);
  text.add("counter", "master_tierbench_expired_clients_total", stats.expired_clients);
  for (const op of MASTER_OPS) {
    text.add("counter", `master_${metricOp(op)}_requests_total`, stats.requests[op]);
    text.add("counter", `master_${metricOp(op)}_failures_total`, stats.failures[op]);
  }
  return text.response();
}

/** Mooncake's names of ops that are called otherwise here. */
function metricOp(op: MasterOp): string {
  switch (op) {
    case "batch_exist":
      return "batch_exist_key";
    case "batch_get_replicas":
      return "batch_get_replica_list";
    default:
      return op;
  }
}

/** One line, totals since start. */
export function masterSummary(stats: MasterStats): string {
  const used = (bytes: number, of_bytes: number): string => {
    const percent = of_bytes === 0 ? "n/a" : `${((100 * bytes) / of_bytes).toFixed(1)}%`;
    return `${formatBytes(bytes)} / ${formatBytes(of_bytes)} (${percent})`;
  };
  const batch = (op: MasterOp): string => `${stats.requests[op] - stats.failures[op]}/${stats.requests[op]}`;
  return [
    `Mem Storage: ${used(stats.allocated_bytes, stats.total_capacity_bytes)}`,
    `SSD Storage: ${used(stats.allocated_file_size_bytes, stats.total_file_capacity_bytes)}`,
    `Keys: ${stats.key_count} (soft-pinned: ${stats.soft_pin_key_count})`,
    `Clients: ${stats.active_clients}`,
    `Batch Requests (Success/Total): PutStart=${batch("batch_put_start")}, PutEnd=${batch("batch_put_end")}, Get=${batch("batch_get_replicas")}, ExistKey=${batch("batch_exist")}`,
    `Eviction: AllocFail=${stats.put_start_alloc_failures}, keys=${stats.evicted_key_count}, size=${formatBytes(stats.evicted_size_bytes)}`,
  ].join(" | ");
}
