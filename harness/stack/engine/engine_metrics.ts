// The engine's /metrics. `vllm:*` are the names that a vLLM server exposes (its counters end in _total, as its client library
// writes them); `tierbench:*` are the fields of EngineSnapshot, of EngineStepCounts and, under `tierbench:store_`, of
// RequesterCounts, each under its own name; a field with one value per tier or rank has one series for each.

import type { RequesterCounts } from "../../core/connector/requester_counts.ts";
import {
  STORE_OPERATION_BUCKETS_S,
  type StoreOperationStats,
} from "../../core/connector/store_operations.ts";
import type { EngineSnapshot } from "../../core/engine/engine_api.ts";
import type { NativeTiersSnapshot } from "../../core/tier/native_tiers.ts";
import type { PathBytes } from "../../domain/data_path.ts";
import { MetricsText, type MetricType } from "../metrics_text.ts";
import type { EngineStepCounts } from "./engine_step_stats.ts";

export interface EngineMetricsInput {
  readonly model_name: string;
  readonly engine_name: string;
  readonly node: string;
  readonly snapshot: EngineSnapshot;
  readonly steps: EngineStepCounts;
  readonly failed_releases: number;
  /** Null: no store. */
  readonly store: RequesterCounts | null;
  /** Null: no pool of the engine's own. */
  readonly native: NativeTiersSnapshot | null;
  readonly operations: readonly StoreOperationStats[];
  /** None: nobody counts it. */
  readonly moved: readonly PathBytes[];
}

export function renderEngineMetrics(input: EngineMetricsInput): Response {
  const text = new MetricsText({ model_name: input.model_name, engine: input.engine_name });
  addVllm(text, input.snapshot);
  addFields(text, "tierbench:", "tier", input.snapshot);
  addFields(text, "tierbench:", "tier", input.steps);
  text.add("counter", "tierbench:failed_releases", input.failed_releases);
  addOperations(text, input.operations);
  if (input.native !== null) addFields(text, "tierbench:", "tier", input.native);
  if (input.store !== null) {
    addTransfers(text, input.store, input.operations);
    const { faults, ...counters } = input.store;
    addFields(text, "tierbench:store_", "tier", counters);
    text.addEach("counter", "tierbench:store_faults", "code", faults);
  }
  for (const { peer_node, errand, path, bytes } of input.moved)
    text.add("counter", "tierbench:path_bytes", bytes, { node: input.node, peer_node, errand, path });
  return text.response();
}

function addVllm(text: MetricsText, snapshot: EngineSnapshot): void {
  text.add("gauge", "vllm:num_requests_running", snapshot.num_requests_running);
  text.add("gauge", "vllm:num_requests_waiting", snapshot.num_requests_waiting);
  text.add("gauge", "vllm:kv_cache_usage_perc", snapshot.kv_cache_usage);
  text.add("counter", "vllm:num_preemptions_total", snapshot.preemptions);
  text.add("counter", "vllm:prompt_tokens_total", snapshot.prompt_tokens);
  text.add("counter", "vllm:generation_tokens_total", snapshot.generation_tokens);
  const finished = { length: snapshot.finished_requests };
  text.addEach("counter", "vllm:request_success_total", "finished_reason", finished);
  text.add("counter", "vllm:prefix_cache_queries_total", snapshot.prefix_cache_queries);
  text.add("counter", "vllm:prefix_cache_hits_total", snapshot.prefix_cache_hits);
  text.add("counter", "vllm:external_prefix_cache_queries_total", snapshot.external_prefix_cache_queries);
  text.add("counter", "vllm:external_prefix_cache_hits_total", snapshot.external_prefix_cache_hits);
}

/** vLLM's names; one family after the other. */
function addOperations(text: MetricsText, operations: readonly StoreOperationStats[]): void {
  const family = "vllm:mooncake_store_operation";
  for (const { operation, status, bucket_counts, sum_s, count } of operations) {
    const histogram = { bucket_counts, sum: sum_s, count };
    text.addHistogram(`${family}_time_seconds`, STORE_OPERATION_BUCKETS_S, histogram, { operation, status });
  }
  const each = (name: string, read: (stats: StoreOperationStats) => number): void => {
    for (const stats of operations) {
      const { operation, status } = stats;
      text.add("counter", `${family}_${name}`, read(stats), { operation, status });
    }
  };
  each("total", ({ count }) => count);
  each("keys_total", ({ keys }) => keys);
  each("bytes_total", ({ bytes }) => bytes);
  each("failed_keys_total", ({ failed_keys }) => failed_keys);
}

/** Names of Mooncake's client; latencies in µs, of batches that ended in any way. */
function addTransfers(
  text: MetricsText,
  { read_bytes, local_put_bytes, remote_put_bytes }: RequesterCounts,
  operations: readonly StoreOperationStats[],
): void {
  text.add("counter", "mooncake_transfer_read_bytes", read_bytes.cpu + read_bytes.disk);
  text.add("counter", "mooncake_transfer_write_bytes", local_put_bytes + remote_put_bytes);
  const bounds_us = STORE_OPERATION_BUCKETS_S.map((bound_s) => Math.round(bound_s * 1e6));
  for (const [name, operation] of [
    ["get", "load_get"],
    ["put", "save_put"],
  ] as const) {
    const ended = operations.filter((stats) => stats.operation === operation);
    const bucket_counts = bounds_us.map((_, i) => sum(ended.map((stats) => stats.bucket_counts[i] ?? 0)));
    const histogram = {
      bucket_counts,
      sum: Math.round(sum(ended.map(({ sum_s }) => sum_s)) * 1e6),
      count: sum(ended.map(({ count }) => count)),
    };
    text.addHistogram(`mooncake_transfer_batch_${name}_latency`, bounds_us, histogram, {});
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Levels; everything else counts up. */
const GAUGES = new Set([
  "num_requests_running",
  "num_requests_waiting",
  "num_requests_waiting_remote",
  "kv_cache_usage",
  "step_overrun_ns_max",
  "native_cpu_keys",
  "native_disk_keys",
]);

function addFields(text: MetricsText, prefix: string, label: string, fields: object): void {
  for (const [name, value] of Object.entries(fields)) {
    const type: MetricType = GAUGES.has(name) ? "gauge" : "counter";
    if (typeof value === "number") text.add(type, prefix + name, value);
    else if (Array.isArray(value))
      text.addEach(type, prefix + name, "rank", Object.fromEntries(value.entries()));
    else text.addEach(type, prefix + name, label, value);
  }
}
