// What one can ask the master, and what it answers: the contract between core/master, its wire codec and its live shell.
// Semantics and codes: spec mooncake_store.md §6. Per-key results are in the order of the keys asked.

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
  | { readonly op: "batch_exist"; readonly keys: readonly ObjectKey[] }
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
  /** Sent before bucket files are deleted: the disk replicas named are gone. */
  | { readonly op: "notify_disk_evicted"; readonly segment_name: string; readonly keys: readonly ObjectKey[] }
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
    readonly wipe: boolean;
  };
  notify_offloaded: { readonly codes: readonly number[] };
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
  readonly total_get_nums: number;
  readonly valid_get_nums: number;
  readonly put_start_alloc_failures: number;
  readonly evicted_key_count: number;
  readonly evicted_size_bytes: number;
  readonly offloaded_key_count: number;
  /** Puts that named a preferred segment and got it / were placed elsewhere. */
  readonly preferred_placed: number;
  readonly preferred_fallback: number;
  readonly expired_clients: number;
  readonly requests: Readonly<Record<MasterOp, number>>;
  readonly failures: Readonly<Record<MasterOp, number>>;
}
