// What the master's behaviour depends on. Field names are those of config's StoreConfig, so a StoreConfig plus the few fields
// it lacks (MASTER_DEFAULTS) is a MasterConfig. Defaults: spec mooncake_store.md §6.7.

export interface MasterConfig {
  readonly lease_ttl_ms: number;
  readonly soft_pin_ttl_ms: number;
  /** Longest soft pin that a put may ask for. */
  readonly soft_pin_ttl_ms_max: number;
  /** Objects that the table holds at most, unfinished ones included; a put beyond is KEYS_ULTRA_LIMIT. */
  readonly object_limit: number;
  readonly eviction_high_watermark_ratio: number;
  readonly eviction_ratio: number;
  readonly allow_evict_soft_pinned_objects: boolean;
  /** An unfinished put older than this may be replaced by another put of the key. */
  readonly put_start_discard_ms: number;
  /** Space of an unfinished put is freed this long after its start: its writer may still be writing. */
  readonly put_start_release_ms: number;
  readonly client_ttl_ms: number;
  readonly allocation: "random" | "free_ratio_first" | "ssd_free_ratio_first" | "local_first";
  /** The disk tier is on: already "`tiers` has disk and the switch is on". */
  readonly enable_offload: boolean;
  readonly offload_on_evict: boolean;
  /** Copies queued for one owner at most. */
  readonly offloading_queue_limit: number;
  /** Part of the queue that one eviction may fill. */
  readonly offload_cap_ratio: number;
  /** Evict what cannot be queued for offload; else it stays in memory. */
  readonly offload_force_evict: boolean;
  /**
   * safe: a copy queued for offload stays in memory until it is written or refused, so an acknowledged put is not lost while its owner lives.
   * mooncake: a copy queued at put end may be evicted before its owner fetches it, as the real store does; it is then lost.
   */
  readonly acknowledged_puts: "safe" | "mooncake";
  /** Objects that are read from disk again and again get a memory copy. */
  readonly promote_on_hit: boolean;
  /** Reads from disk that earn an object its promotion. */
  readonly promotion_admission_threshold: number;
  /** Promotions queued or under way at most. */
  readonly promotion_queue_limit: number;
  readonly promotions_per_heartbeat: number;
}

/** The fields that StoreConfig does not have. */
export const MASTER_DEFAULTS: Pick<
  MasterConfig,
  | "soft_pin_ttl_ms_max"
  | "object_limit"
  | "allow_evict_soft_pinned_objects"
  | "offloading_queue_limit"
  | "offload_cap_ratio"
  | "offload_force_evict"
  | "promotion_admission_threshold"
  | "promotion_queue_limit"
  | "promotions_per_heartbeat"
> = {
  soft_pin_ttl_ms_max: 86_400_000,
  // About 15 GB of the master's memory.
  object_limit: 100_000_000,
  allow_evict_soft_pinned_objects: true,
  offloading_queue_limit: 50_000,
  offload_cap_ratio: 0.5,
  offload_force_evict: false,
  promotion_admission_threshold: 2,
  promotion_queue_limit: 50_000,
  promotions_per_heartbeat: 1,
};
