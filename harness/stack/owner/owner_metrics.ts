// An owner's /metrics. mooncake_ssd_* are the names of Mooncake's client; owner_tierbench_* are ours.

import type { DiskTierSnapshot } from "../../core/tier/disk_tier_api.ts";
import { MetricsText } from "../metrics_text.ts";
import type { LatencySum } from "./bucket_store.ts";

export interface OwnerMetrics {
  readonly segment_name: string;
  readonly segment_bytes: number;
  readonly failed_pings: number;
  readonly remounts: number;
  /** Null: no disk tier. */
  readonly disk: OwnerDiskMetrics | null;
}

export interface OwnerDiskMetrics {
  readonly tier: DiskTierSnapshot;
  readonly disk_errors: number;
  readonly failed_heartbeats: number;
  readonly read_latency: LatencySum;
  readonly write_latency: LatencySum;
}

export function ownerMetrics(metrics: OwnerMetrics): Response {
  const text = new MetricsText({ segment: metrics.segment_name });
  text.add("gauge", "segment_total_capacity_bytes", metrics.segment_bytes);
  text.add("counter", "owner_tierbench_failed_pings_total", metrics.failed_pings);
  text.add("counter", "owner_tierbench_remounts_total", metrics.remounts);
  if (metrics.disk !== null) addDisk(text, metrics.disk);
  return text.response();
}

function addDisk(text: MetricsText, disk: OwnerDiskMetrics): void {
  const { tier, read_latency, write_latency } = disk;
  text.add("counter", "mooncake_ssd_read_bytes_total", tier.read_bytes);
  text.add("counter", "mooncake_ssd_write_bytes_total", tier.written_bytes);
  text.add("counter", "mooncake_ssd_read_ops_total", tier.read_keys);
  text.add("counter", "mooncake_ssd_write_ops_total", tier.written_keys);
  text.add("counter", "mooncake_ssd_read_latency_us_sum", read_latency.sum_us);
  text.add("counter", "mooncake_ssd_read_latency_us_count", read_latency.count);
  text.add("counter", "mooncake_ssd_write_latency_us_sum", write_latency.sum_us);
  text.add("counter", "mooncake_ssd_write_latency_us_count", write_latency.count);
  text.add("counter", "owner_tierbench_disk_errors_total", disk.disk_errors);
  text.add("counter", "owner_tierbench_failed_heartbeats_total", disk.failed_heartbeats);
  for (const [name, value] of Object.entries(tier)) {
    text.add("gauge", `owner_tierbench_disk_${name}`, value);
  }
}
