// The master's /metrics, with Mooncake's names where it has the same quantity (spec: mooncake_store.md §6.8; the trailing underscores
// are real). Names that start with master_tierbench_ are ours.

import type { MasterOp, MasterStats } from "../../domain/master_api.ts";
import { MASTER_OPS } from "../../wire/master_codec.ts";
import { MetricsText } from "../metrics_text.ts";

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
  text.add("counter", "mem_cache_hit_bytes_total", stats.mem_cache_hit_bytes);
  text.add("counter", "file_cache_hit_bytes_total", stats.file_cache_hit_bytes);
  text.add("gauge", "mem_cache_nums_", stats.mem_cache_nums);
  text.add("gauge", "file_cache_nums_", stats.file_cache_nums);
  text.add("counter", "total_get_nums_", stats.total_get_nums);
  text.add("counter", "valid_get_nums_", stats.valid_get_nums);
  addEvictions(text, stats);
  addPuts(text, stats);
  addPromotions(text, stats);
  text.add("counter", "master_tierbench_offloaded_key_count", stats.offloaded_key_count);
  text.add("counter", "master_tierbench_preferred_placed_total", stats.preferred_placed);
  text.add("counter", "master_tierbench_preferred_fallback_total", stats.preferred_fallback);
  text.add("counter", "master_tierbench_expired_clients_total", stats.expired_clients);
  for (const op of MASTER_OPS) addRequests(text, stats, op);
  return text.response();
}

/** Only memory is evicted here, so Mooncake's totals and its `_mem` series are the same numbers. */
function addEvictions(text: MetricsText, stats: MasterStats): void {
  text.add("counter", "master_attempted_evictions_total", stats.attempted_evictions);
  text.add("counter", "master_successful_evictions_total", stats.successful_evictions);
  text.add("counter", "master_evicted_key_count", stats.evicted_key_count);
  text.add("counter", "master_evicted_size_bytes", stats.evicted_size_bytes);
  text.add("counter", "master_attempted_evictions_mem", stats.attempted_evictions);
  text.add("counter", "master_successful_evictions_mem", stats.successful_evictions);
  text.add("counter", "master_evicted_key_count_mem", stats.evicted_key_count);
  text.add("counter", "master_evicted_size_bytes_mem", stats.evicted_size_bytes);
}

function addPuts(text: MetricsText, stats: MasterStats): void {
  text.add("counter", "master_put_start_alloc_failures_total", stats.put_start_alloc_failures);
  text.add("counter", "master_put_start_discard_cnt", stats.put_start_discarded);
  text.add("counter", "master_put_start_release_cnt", stats.put_start_released);
  text.add("gauge", "master_put_start_discarded_staging_size", stats.put_start_discarded_staging_bytes);
  text.add(
    "counter",
    "master_tierbench_put_start_partial_allocations_total",
    stats.put_start_partial_allocations,
  );
}

function addPromotions(text: MetricsText, { promotions }: MasterStats): void {
  const { in_flight, ...totals } = promotions;
  text.add("gauge", "master_promotion_in_flight", in_flight);
  for (const [name, count] of Object.entries(totals)) {
    text.add("counter", `master_promotion_${name}_total`, count);
  }
}

function addRequests(text: MetricsText, stats: MasterStats, op: MasterOp): void {
  const name = `master_${metricOp(op)}`;
  text.add("counter", `${name}_requests_total`, stats.requests[op]);
  text.add("counter", `${name}_failures_total`, stats.failures[op]);
  if (!op.startsWith("batch_")) return;
  text.add("counter", `${name}_partial_successes_total`, stats.partial_successes[op]);
  text.add("counter", `${name}_items_total`, stats.items[op]);
  text.add("counter", `${name}_failed_items_total`, stats.failed_items[op]);
}

/** Mooncake's names of ops that are called otherwise here. */
function metricOp(op: MasterOp): string {
  switch (op) {
    case "batch_exist":
      return "batch_exist_key";
    case "batch_get_replicas":
      return "batch_get_replica_list";
    case "notify_disk_evicted":
      return "evict_disk_replica";
    default:
      return op;
  }
}
