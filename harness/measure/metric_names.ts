// Names of the series that measurement reads from `/metrics`. Engines export each field of EngineSnapshot as
// `tierbench:<field>` and each counter of their store client as `tierbench:store_<field>`, one series per tier where the
// field has one; masters export Mooncake's
// names (the trailing underscores are real), and their own as master_tierbench_<name>.

/** get_keys are the attempted ones: keys behind a failed GET of the same load are not among them. */
export const ENGINE_SERIES = {
  cached_tokens: "tierbench:cached_tokens",
  prompt_tokens: "tierbench:prompt_tokens",
  generation_tokens: "tierbench:generation_tokens",
  finished_requests: "vllm:request_success_total",
  preemptions: "tierbench:preemptions",
  failed_pulls: "tierbench:failed_pulls",
  whole_prompt_hits: "tierbench:whole_prompt_hits",
  recomputed_requests: "tierbench:recomputed_requests",
  load_bytes: "tierbench:load_bytes",
  get_batches: "tierbench:get_batches",
  get_keys: "tierbench:get_keys",
  failed_get_keys: "tierbench:failed_get_keys",
  loaded_keys_by_rank: "tierbench:loaded_keys_by_rank",
  split_batches: "tierbench:split_batches",
  put_batches: "tierbench:put_batches",
  put_keys: "tierbench:put_keys",
  stale_reads: "tierbench:stale_reads",
  corrupt_reads: "tierbench:corrupt_reads",
} as const;

/** Of an engine; labels node, peer_node, errand, path. */
export const PATH_BYTES_SERIES = "tierbench:path_bytes";

/** What every vLLM tells of its prefix caches, in tokens: its own blocks, and what its connector brings. */
export const VLLM_SERIES = {
  prefix_cache_hits: "vllm:prefix_cache_hits_total",
  external_prefix_cache_hits: "vllm:external_prefix_cache_hits_total",
} as const;

/** Of the store client inside an engine. */
export const STORE_CLIENT_SERIES = {
  read_keys: "tierbench:store_read_keys",
  read_bytes: "tierbench:store_read_bytes",
  local_put_keys: "tierbench:store_local_put_keys",
  remote_put_keys: "tierbench:store_remote_put_keys",
  remote_read_bytes: "tierbench:store_remote_read_bytes",
} as const;

/** Of an engine that offloads into a pool of its own. */
export const NATIVE_SERIES = {
  cpu_keys: "tierbench:native_cpu_keys",
  disk_keys: "tierbench:native_disk_keys",
  evicted_keys: "tierbench:native_evicted_keys",
  offloaded_keys: "tierbench:native_offloaded_keys",
} as const;

export const MASTER_SERIES = {
  key_count: "master_key_count",
  allocated_bytes: "master_allocated_bytes",
  allocated_file_size_bytes: "master_allocated_file_size_bytes",
  evicted_key_count: "master_evicted_key_count",
  offloaded_key_count: "master_tierbench_offloaded_key_count",
  mem_cache_hit_nums: "mem_cache_hit_nums_",
  file_cache_hit_nums: "file_cache_hit_nums_",
} as const;

export const OWNER_SERIES = {
  disk_errors: "owner_tierbench_disk_errors_total",
} as const;
