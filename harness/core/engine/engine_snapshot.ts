// Levels and counters of an engine in the contract's form.

import { StoreCounters } from "../connector/store_counters.ts";
import type { EngineSnapshot } from "./engine_api.ts";
import type { EngineContext } from "./engine_context.ts";

export function engineSnapshot(ctx: EngineContext): EngineSnapshot {
  const { queues, pool, counters } = ctx;
  const store = ctx.store?.counters ?? new StoreCounters(ctx.config.ranks.tp_size);
  return {
    num_requests_running: queues.running.length,
    num_requests_waiting: queues.waiting.length,
    num_requests_waiting_remote: queues.waiting_for_remote_kv.length,
    kv_cache_usage: pool.used_blocks / pool.num_blocks,
    preemptions: counters.preemptions,
    prompt_tokens: counters.prompt_tokens,
    generation_tokens: counters.generation_tokens,
    finished_requests: counters.finished_requests,
    prefix_cache_queries: counters.prefix_cache_queries,
    prefix_cache_hits: counters.prefix_cache_hits,
    external_prefix_cache_queries: counters.external_prefix_cache_queries,
    external_prefix_cache_hits: counters.external_prefix_cache_hits,
    cached_tokens: {
      hbm: counters.cached_hbm_tokens,
      cpu: counters.cached_cpu_tokens,
      disk: counters.cached_disk_tokens,
    },
    computed_prompt_tokens: counters.computed_prompt_tokens,
    load_bytes: { ...store.load_bytes },
    remote_load_bytes: store.remote_load_bytes,
    get_batches: store.get_batches,
    get_keys: store.get_keys,
    failed_get_keys: store.failed_get_keys,
    unattempted_get_keys: store.unattempted_get_keys,
    split_batches: store.split_batches,
    put_batches: store.put_batches,
    put_keys: store.put_keys,
    failed_put_keys: store.failed_put_keys,
    loaded_keys_by_rank: [...store.loaded_keys_by_rank],
    put_keys_by_rank: [...store.put_keys_by_rank],
    stale_reads: store.stale_reads + counters.stale_pulls,
    corrupt_reads: store.corrupt_reads + counters.corrupt_pulls + counters.believed_blocks,
    recomputed_requests: counters.recomputed_requests,
    whole_prompt_hits: counters.whole_prompt_hits,
    pulled_blocks: counters.pulled_blocks,
    failed_pulls: counters.failed_pulls,
    steps: counters.steps,
    busy_ns: counters.busy_ns,
  };
}
