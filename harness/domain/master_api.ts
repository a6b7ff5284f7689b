// What one can ask the master, and what it answers: the contract between core/master, its wire codec and its live shell.
// Semantics and codes: spec mooncake_store.md §6. Per-key results are in the order of the keys asked.

import type { KeyBatch } from "./joined_keys.ts";
import type { ObjectKey } from "./object_key.ts";
import type { MemoryReplica, ReplicaDescriptor, ReplicateConfig, SegmentInfo } from "./replica.ts";

/** Chosen by the client at start; unique in a run. */
export type ClientId = string;

export interface PutObject {
  readonly key: ObjectKey;
  readonly bytes: number;
}

/** A copy that the owner shall write to its disk tier: `offset` in the owner's own segment. */
export interface OffloadTask {
  readonly key: ObjectKey;
  readonly offset: number;
  readonly bytes: number;
}

export interface OffloadResult {
  readonly key: ObjectKey;
  readonly bytes: number;
  /** 0 or the reason the copy was not written. */
  readonly code: number;
}

export type MasterRequest =
  | { readonly op: "mount_segment"; readonly client_id: ClientId; readonly segment: SegmentInfo }
  | { readonly op: "unmount_segment"; readonly client_id: ClientId; readonly segment_name: string }
  | { readonly op: "get_segments" }
  | { readonly op: "ping"; readonly client_id: ClientId }
  /** Grants a lease to every key found. */
  | { readonly op: "batch_exist"; readonly keys: KeyBatch }
  /** Grants a lease; counts a hit of the tier of the first replica. */
  | { readonly op: "batch_get_replicas"; readonly keys: readonly ObjectKey[] }
  | {
      readonly op: "batch_put_start";
      readonly client_id: ClientId;
      readonly objects: readonly PutObject[];
      readonly config: ReplicateConfig;
    }
  | { readonly op: "batch_put_end"; readonly client_id: ClientId; readonly keys: readonly ObjectKey[] }
  | { readonly op: "batch_put_revoke"; readonly client_id: ClientId; readonly keys: readonly ObjectKey[] }
  | { readonly op: "remove"; readonly key: ObjectKey; readonly force: boolean }
  | { readonly op: "remove_by_regex"; readonly pattern: string; readonly force: boolean }
  | { readonly op: "remove_all"; readonly force: boolean }
  | {
      readonly op: "offload_heartbeat";
      readonly client_id: ClientId;
      readonly segment_name: string;
      readonly disk_used_bytes: number;
      readonly disk_capacity_bytes: number;
    }
  | {
      readonly op: "notify_offloaded";
      readonly client_id: ClientId;
      readonly segment_name: string;
      readonly results: readonly OffloadResult[];
    }
  /** Answers to the promotions of a heartbeat. */
  | {
      readonly op: "notify_promoted";
      readonly client_id: ClientId;
      readonly segment_name: string;
      readonly results: readonly OffloadResult[];
    }
  /** Sent before bucket files are deleted, and for objects that the disk has lost: the disk replicas named are gone. */
  | {
      readonly op: "notify_disk_evicted";
      readonly client_id: ClientId;
      readonly segment_name: string;
      readonly keys: readonly ObjectKey[];
    }
  | { readonly op: "get_stats" };

export interface MasterReplies {
  mount_segment: { readonly code: number };
  unmount_segment: { readonly code: number };
  get_segments: { readonly segments: readonly SegmentInfo[] };
  ping: { readonly code: number; readonly need_remount: boolean };
  /** 1 readable, 0 not, or a negative code. */
  batch_exist: { readonly codes: readonly number[] };
  batch_get_replicas: { readonly objects: readonly ReplicaList[] };
  batch_put_start: { readonly objects: readonly PutTarget[] };
  batch_put_end: { readonly codes: readonly number[] };
  batch_put_revoke: { readonly codes: readonly number[] };
  remove: { readonly code: number };
  remove_by_regex: { readonly code: number; readonly removed: number };
  remove_all: { readonly code: number; readonly removed: number };
  offload_heartbeat: {
    readonly code: number;
    readonly tasks: readonly OffloadTask[];
    /** Disk copies to be read into memory, at `offset` of the owner's segment. */
    readonly promotions: readonly OffloadTask[];
    readonly wipe: boolean;
  };
  notify_offloaded: { readonly codes: readonly number[] };
  notify_promoted: { readonly codes: readonly number[] };
  notify_disk_evicted: { readonly code: number };
  get_stats: MasterStats;
}

export type MasterOp = MasterRequest["op"];
export type MasterReply<Op extends MasterOp> = MasterReplies[Op];

export interface ReplicaList {
  readonly code: number;
  readonly replicas: readonly ReplicaDescriptor[];
  /** The copy must be complete before the lease ends, else LEASE_EXPIRED. */
  readonly lease_ttl_ms: number;
}

export interface PutTarget {
  readonly code: number;
  readonly replicas: readonly MemoryReplica[];
}

/** Promotions on hit, by what became of them; in_flight is a level. */
export interface PromotionCounts {
  readonly in_flight: number;
  readonly admitted: number;
  readonly completed: number;
  readonly completed_bytes: number;
  /** The owner could not read them. */
  readonly failed: number;
  /** Their object or their owner went. */
  readonly cancelled: number;
  /** Their owner never answered. */
  readonly expired: number;
  readonly rejected_frequency: number;
  readonly rejected_watermark: number;
  readonly rejected_cap: number;
}

/** Counters since start unless named a level. Names follow Mooncake's metrics where one exists. */
export interface MasterStats {
  readonly key_count: number;
  readonly allocated_bytes: number;
  readonly total_capacity_bytes: number;
  readonly allocated_file_size_bytes: number;
  readonly total_file_capacity_bytes: number;
  readonly soft_pin_key_count: number;
  readonly active_clients: number;
  readonly segments: readonly {
    readonly segment_name: string;
    readonly allocated_bytes: number;
    readonly capacity_bytes: number;
  }[];
  readonly mem_cache_hit_nums: number;
  readonly file_cache_hit_nums: number;
  readonly mem_cache_hit_bytes: number;
  readonly file_cache_hit_bytes: number;
  /** Levels: objects with a copy in memory / on disk. */
  readonly mem_cache_nums: number;
  readonly file_cache_nums: number;
  readonly total_get_nums: number;
  readonly valid_get_nums: number;
  readonly put_start_alloc_failures: number;
  /** Puts that got fewer copies than they asked for. */
  readonly put_start_partial_allocations: number;
  /** Unfinished puts replaced by another of their key / whose space was freed after the release time. */
  readonly put_start_discarded: number;
  readonly put_start_released: number;
  /** A level: space of replaced puts that is not freed yet. */
  readonly put_start_discarded_staging_bytes: number;
  /** Evictions begun / that freed something. */
  readonly attempted_evictions: number;
  readonly successful_evictions: number;
  readonly evicted_key_count: number;
  readonly evicted_size_bytes: number;
  readonly offloaded_key_count: number;
  /** Puts that named a preferred segment and got it / were placed elsewhere. */
  readonly preferred_placed: number;
  readonly preferred_fallback: number;
  readonly expired_clients: number;
  readonly promotions: PromotionCounts;
  readonly requests: Readonly<Record<MasterOp, number>>;
  readonly failures: Readonly<Record<MasterOp, number>>;
  /** Batches of which some keys failed / keys of batches / those that failed. 0 for ops of one key. */
  readonly partial_successes: Readonly<Record<MasterOp, number>>;
  readonly items: Readonly<Record<MasterOp, number>>;
  readonly failed_items: Readonly<Record<MasterOp, number>>;
}
