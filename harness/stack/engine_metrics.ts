// The engine's /metrics. `vllm:*` are the names that a vLLM server exposes (its counters end in _total, as its client library
// writes them); `tierbench:*` are the fields of EngineSnapshot, of EngineStepCounts and, under `tierbench:store_`, of
// RequesterCounts, each under its own name; a field with one value per tier has one series per tier.

import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import { STORE_OPERATION_BUCKETS_S, type StoreOperationStats } from "../core/connector/store_operations.ts";
import type { EngineSnapshot } from "../core/engine/engine_api.ts";
import type { EngineStepCounts } from "./engine_step_stats.ts";
import { MetricsText, type MetricType } from "./metrics_text.ts";

export interface EngineMetricsInput {
  readonly model_name: string;
  readonly engine_name: string;
  readonly snapshot: EngineSnapshot;
  readonly steps: EngineStepCounts;
  readonly failed_releases: number;
  /** Null: no store. */
  readonly store: RequesterCounts | null;
  readonly operations: readonly StoreOperationStats[];
}

export function renderEngineMetrics(input: EngineMetricsInput): Response {
  const text = new MetricsText({ model_name: input.model_name, engine: input.engine_name });
  addVllm(text, input.snapshot);
  addFields(text, "tierbench:", "tier", input.snapshot);
  addFields(text, "tierbench:", "tier", input.steps);
  text.add("counter", "tierbench:failed_releases", input.failed_releases);
  addOperations(text, input.operations);
  if (input.store !== null) {
    const { faults, ...counters } = input.store;
    addFields(text, "tierbench:store_", "tier", counters);
    text.addEach("counter", "tierbench:store_faults", "code", faults);
  }
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

/** Levels; everything else counts up. */
const GAUGES = new Set([
  "num_requests_running",
  "num_requests_waiting",
  "num_requests_waiting_remote",
  "kv_cache_usage",
  "step_overrun_ns_max",
]);

function addFields(text: MetricsText, prefix: string, label: string, fields: object): void {
  for (const [name, value] of Object.entries(fields)) {
    const type: MetricType = GAUGES.has(name) ? "gauge" : "counter";
    if (typeof value === "number") text.add(type, prefix + name, value);
    else text.addEach(type, prefix + name, label, value);
  }
}
