// The one frozen configuration of an arm. Every process gets its part of this, and it is saved whole in manifest.json.
// Field names are the ones of factors, `--set` paths, files and reports. Bounds and defaults are in arm_schema.ts.

import type { ConnectorProfile } from "../domain/connector_profile.ts";
import type { GetOrder, SplitTrigger, StoreMode, TierLevel } from "../domain/factor_levels.ts";
import type { WeightReset } from "../domain/weight_reset.ts";
import type { WorkloadConfig } from "./workload_config.ts";

export interface ArmConfig {
  /** `3p1d`, `2e`, … (domain/topology.ts). */
  readonly topology: string;
  readonly seed: number;
  readonly engine: EngineConfig;
  readonly store: StoreConfig;
  readonly connector: ConnectorSwitches;
  readonly router: RouterConfig;
  readonly link: LinkConfig;
  readonly load: LoadConfig;
  readonly slo: SloConfig;
  readonly workload: WorkloadConfig;
  readonly validity: ValidityConfig;
  /** What is done to the stack while it is under load. */
  readonly faults: readonly FaultConfig[];
}

export interface FaultConfig {
  /** After the start of the load. */
  readonly at_ms: number;
  /** `owner-0`, `prefill-1`, `master`, … */
  readonly process: string;
  /** kill: SIGKILL. pause and resume: SIGSTOP and SIGCONT, a process that hangs. */
  readonly action: "kill" | "pause" | "resume";
}

export interface EngineConfig {
  /** Names of harness/config/profiles. */
  readonly model: string;
  readonly gpu: string;
  /** Tensor-parallel ranks that a block's KV lies over, each with objects of its own; how fast they are is `gpu`. */
  readonly tp_size: number;
  /** Stored bytes per token ÷ the model's; 1 is full scale. Link bandwidth is scaled alike, so modelled transfer times keep. */
  readonly kv_scale: number;
  readonly block_tokens: number;
  readonly num_hbm_blocks: number;
  /** Of decode engines; null: as the others. A decode engine holds the whole context of every running request. */
  readonly num_decode_hbm_blocks: number | null;
  readonly enable_prefix_caching: boolean;
  readonly max_num_seqs: number;
  readonly max_num_batched_tokens: number;
  readonly max_model_len: number;
  readonly remote_hold_ms: number;
  readonly weights_version: number;
  /** When a workload changes the weights. */
  readonly weight_reset: WeightReset;
}

export interface StoreConfig {
  readonly kind: "embedded" | "mooncake";
  readonly tiers: TierLevel;
  /** global: one store for all engines. local: every node has a store of its own. */
  readonly pool: "local" | "global";
  /** The disk tier works only where `tiers` has one and this is on. */
  readonly enable_offload: boolean;
  readonly offload_on_evict: boolean;
  /** safe: memory keeps what waits for its owner's disk. mooncake: it may be evicted before, and is then lost. */
  readonly acknowledged_puts: "safe" | "mooncake";
  /** Objects that are read from disk again and again get a memory copy. */
  readonly promote_on_hit: boolean;
  /** Memory that each owner mounts. */
  readonly segment_bytes: number;
  readonly lease_ttl_ms: number;
  readonly soft_pin_ttl_ms: number;
  readonly eviction_high_watermark_ratio: number;
  readonly eviction_ratio: number;
  readonly put_start_discard_ms: number;
  readonly put_start_release_ms: number;
  readonly client_ttl_ms: number;
  readonly allocation: "random" | "free_ratio_first" | "ssd_free_ratio_first" | "local_first";
  readonly replica_num: number;
  readonly disk: DiskConfig;
}

export interface DiskConfig {
  /** Null: `disk/` of the run directory. */
  readonly path: string | null;
  readonly capacity_bytes: number;
  readonly bucket_bytes: number;
  readonly bucket_keys: number;
  readonly bucket_eviction: "none" | "fifo" | "lru";
  readonly high_watermark_ratio: number;
  readonly low_watermark_ratio: number;
  readonly heartbeat_ms: number;
  readonly staging_bytes: number;
  readonly keys_limit: number;
}

export interface ConnectorSwitches {
  /** mooncake: the shared store. native: every engine has a pool of memory and a directory of its own, and no store. */
  readonly type: "mooncake" | "native";
  /** Where two states of vLLM's connector differ and no other switch speaks of it. */
  readonly profile: ConnectorProfile;
  /** Who mounts the store's memory, each store.segment_bytes of it; the disk tier is always an owner process's. */
  readonly mode: StoreMode;
  /** off, local (the segment of the engine's own node) or a segment's name. In the input null asks MOONCAKE_PREFERRED_SEGMENT. */
  readonly preferred_segment: string;
  readonly cache_prefix: string;
  /** The shards of a block are one group, which the store evicts whole. */
  readonly group_semantics: boolean;
  readonly enable_lookup: boolean;
  /** Off: an engine computes nothing while it loads. */
  readonly load_async: boolean;
  /** Off: an engine plans nothing while it waits for a lookup; vLLM's own default. */
  readonly lookup_async: boolean;
  readonly lookup_ranks: "rank0" | "min_over_ranks";
  readonly get_order: GetOrder;
  readonly split_trigger: SplitTrigger;
  /** What a load's GETs are planned with; null: the owner's whole buffer. vLLM takes 1,280 MiB, whatever its owners have. */
  readonly staging_budget_bytes: number | null;
  /** The part of the budget that one GET may use. */
  readonly staging_usable_ratio: number;
  readonly executors: "shared" | "separate";
  readonly min_load_tokens: number;
  /** Tokens saved and loaded together, as LMCache's chunks of 256; null: one block. */
  readonly chunk_tokens: number | null;
  readonly unaligned_handoff: boolean;
  /** A wipe of the store that fails: the run ends, or the engines go on without a store. */
  readonly on_reset_failure: "crash" | "fallback";
  readonly tier_log: boolean;
}

export interface RouterConfig {
  readonly policy: "round_robin" | "least_loaded" | "session" | "prefix" | "kv_aware";
  /** kv_aware: KV is fetched from another engine's node where its match is so many times the own one. */
  readonly kv_balancing_threshold: number;
  /** kv_aware: requests that would miss one of these are refused with 429; null: none is. */
  readonly ttft_slo_ms: number | null;
  readonly tbt_slo_ms: number | null;
}

export interface LinkConfig {
  /** At full scale; null: not shaped. */
  readonly bandwidth_bytes_per_s: number | null;
  readonly latency_us: number;
  /** What carries the store's bytes between nodes; shaping comes on top. auto: shared memory, since the nodes share this host. */
  readonly protocol: "auto" | "shm" | "tcp" | "rdma";
  /** RDMA devices that may be used, best first; empty: any. */
  readonly device_names: readonly string[];
  /** Null: the first RoCE v2 address that is IPv4, else the first. */
  readonly gid_index: number | null;
  /** The address of this host that other nodes reach, for tcp. */
  readonly tcp_source: string;
}

export interface LoadConfig {
  /** closed: `concurrency` sessions at a time, think time between turns. The others are open loop. */
  readonly arrivals: "closed" | "constant" | "poisson" | "gamma" | "trace";
  readonly concurrency: number;
  /** Sessions (multi-turn) or requests (trace) per second; open loop only. */
  readonly rate_per_s: number;
  /** Gamma arrivals: coefficient of variation of the gaps; 1 is Poisson. */
  readonly burstiness_cv: number;
  /** Trace arrivals: time stamps ÷ this. */
  readonly speedup: number;
  readonly prompt_as: "tokens" | "chat";
  /** vllm: answers have a forced length and come with their token ids. openai: fields of OpenAI's interface only. */
  readonly dialect: "vllm" | "openai";
  readonly request_timeout_ms: number;
  /** Processes that send. Null: as many as the offered rate needs at what one was measured to cost here; a closed loop, one. */
  readonly num_clients: number | null;
}

/** What goodput asks of a request; null: nothing. No request is refused for it, unlike for router.ttft_slo_ms. */
export interface SloConfig {
  readonly ttft_ms: number | null;
  readonly tpot_ms: number | null;
  readonly e2el_ms: number | null;
}

export interface ValidityConfig {
  readonly schedule_lag_p99_ms_max: number;
  readonly error_ratio_max: number;
  /** An arm's peak event rate ÷ events per second of which this machine's client is able. */
  readonly floor_event_rate_ratio_max: number;
  /** An arm's mean TTFT and ITL ÷ what the client itself needs on this machine. */
  readonly floor_latency_multiple_min: number;
}
