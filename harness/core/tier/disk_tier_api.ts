// The contract of an owner's disk tier: bucket files, their table and the staging buffer, as a pure state machine.
//
//   tier.handle(event, now_ns) → effects
//
// The live owner turns effects into file writes and reads, RPC and deletions; the simulator into heap entries. Every effect
// marked "Answer:" is answered by exactly one event of that type, in any order relative to others.
// Layout: every item of a bucket starts at a multiple of 4096 of its file and takes align_up(bytes, 4096) there, in the
// staging buffer too, so that O_DIRECT needs no bounce buffer when segment offsets are multiples of 4096.
// Source of the behaviour: spec mooncake_store.md §6.4.

import type { OffloadResult, OffloadTask } from "../../domain/master_api.ts";
import type { ObjectKey } from "../../domain/object_key.ts";

/** O_DIRECT block: alignment of file offsets, lengths and staging slots. */
export const DISK_ALIGN_BYTES = 4096;
/** A staged object is its requester's for this long (CLIENT_BUFFER_GC_TTL_MS). */
export const STAGING_LEASE_MS = 5_000;
/** A bucket's file goes at the latest this long after the master was told, reads or not. */
export const DRAIN_TIMEOUT_MS = 10_000;

/** A subset of config's DiskConfig, so that one can be passed. */
export interface DiskTierConfig {
  readonly capacity_bytes: number;
  /** A bucket is full at this many file bytes or this many keys. */
  readonly bucket_bytes: number;
  readonly bucket_keys: number;
  readonly bucket_eviction: "none" | "fifo" | "lru";
  /** Above high × capacity whole buckets are evicted until at most low × capacity is used. */
  readonly high_watermark_ratio: number;
  readonly low_watermark_ratio: number;
  readonly staging_bytes: number;
  /** Keys on disk at most; those of buckets that are being written do not count yet. */
  readonly keys_limit: number;
}

export interface BucketItem {
  readonly key: ObjectKey;
  /** Where the file has it; a multiple of 4096. */
  readonly file_offset: number;
  readonly bytes: number;
}

export interface BucketWriteItem extends BucketItem {
  /** Where the owner's segment has it. The master keeps it there until notify_offloaded. */
  readonly segment_offset: number;
}

/** A bucket as its metadata file says it: what a restarted owner finds. Torn ones the shell deletes and does not list. */
export interface BucketListing {
  readonly bucket_id: number;
  readonly file_bytes: number;
  readonly items: readonly (BucketItem & { readonly crc32c: number })[];
}

export type DiskTierEvent =
  /** The master's answer to offload_heartbeat. `wipe` is obeyed before `tasks`. promotions: to be read into the segment. */
  | {
      readonly type: "heartbeat_reply";
      readonly tasks: readonly OffloadTask[];
      readonly promotions: readonly OffloadTask[];
      readonly wipe: boolean;
    }
  /** crc32c: one an item, of its `bytes`; empty when code is not 0. */
  | {
      readonly type: "bucket_written";
      readonly bucket_id: number;
      readonly code: number;
      readonly crc32c: readonly number[];
    }
  /**
   * The master's codes for the results of a notify_offloaded with this bucket_id; keys it refuses are forgotten. RPC_FAIL, RPC_TIMEOUT and
   * SEGMENT_NOT_FOUND for the first key mean that it was not reached: it is told again with the next heartbeat_reply or after remounted.
   */
  | { readonly type: "notify_offloaded_done"; readonly bucket_id: number; readonly codes: readonly number[] }
  /** code ≠ 0: the master was not reached or has lost the segment; the bucket stays and is registered again at the next heartbeat_reply. */
  | { readonly type: "notify_disk_evicted_done"; readonly bucket_id: number; readonly code: number }
  | { readonly type: "bucket_deleted"; readonly bucket_id: number }
  /** code ≠ 0: the master has not heard of the keys and is told again with the next heartbeat. */
  | { readonly type: "notify_lost_done"; readonly keys: readonly ObjectKey[]; readonly code: number }
  | { readonly type: "copied_to_segment"; readonly promotion_id: number; readonly code: number }
  /** read_id: chosen by the shell, positive and unique while the owner lives. */
  | { readonly type: "read_requested"; readonly read_id: number; readonly keys: readonly ObjectKey[] }
  /** codes: one an item of the read effect; after CHECKSUM_MISMATCH the key is no longer on this disk. */
  | { readonly type: "read_done"; readonly read_id: number; readonly codes: readonly number[] }
  /** The requester has its copy: the slots of this read are free. Unknown ids (expired) are ignored. */
  | { readonly type: "release"; readonly read_id: number }
  /** First event after a restart: buckets found on disk, ascending bucket_id. */
  | { readonly type: "recovered"; readonly buckets: readonly BucketListing[] }
  /** The segment was mounted anew because the master had lost it: register every bucket again, drop tasks in hand. */
  | { readonly type: "remounted" }
  /** At least once a second: staging leases and drains run out. */
  | { readonly type: "tick" };

export interface ReadItem extends BucketItem {
  readonly bucket_id: number;
  /** Multiple of 4096; align_up(bytes, 4096) are reserved there. */
  readonly staging_offset: number;
  readonly crc32c: number;
}

/** From the staging buffer to where the master wants it. */
export interface PromotionCopy {
  readonly staging_offset: number;
  readonly segment_offset: number;
  readonly bytes: number;
}

/** One key of a read, in the order asked. code 0: `bytes` are at `staging_offset` until `expires_ns`. */
export interface StagedObject {
  readonly code: number;
  readonly staging_offset: number;
  readonly bytes: number;
}

export type DiskTierEffect =
  /** Write the items and a metadata file, durably. Answer: bucket_written. file_bytes is a multiple of 4096. */
  | {
      readonly type: "write_bucket";
      readonly bucket_id: number;
      readonly items: readonly BucketWriteItem[];
      readonly file_bytes: number;
    }
  /** Answer: notify_offloaded_done when bucket_id is a number; none when null (refused tasks). */
  | {
      readonly type: "notify_offloaded";
      readonly bucket_id: number | null;
      readonly results: readonly OffloadResult[];
    }
  /** Told before the file goes. Answer: notify_disk_evicted_done. */
  | { readonly type: "notify_disk_evicted"; readonly bucket_id: number; readonly keys: readonly ObjectKey[] }
  /** Keys whose bytes the disk has lost. Answer: notify_lost_done. */
  | { readonly type: "notify_lost"; readonly keys: readonly ObjectKey[] }
  /** Answer: copied_to_segment. */
  | {
      readonly type: "copy_to_segment";
      readonly promotion_id: number;
      readonly copies: readonly PromotionCopy[];
    }
  /** What became of promotions. No answer is wanted. */
  | { readonly type: "notify_promoted"; readonly results: readonly OffloadResult[] }
  /** Delete both files of the bucket; no read of it is running, or it ran for DRAIN_TIMEOUT_MS. Answer: bucket_deleted. */
  | { readonly type: "delete_bucket"; readonly bucket_id: number }
  /** Read every item into the staging buffer. Answer: read_done. */
  | { readonly type: "read"; readonly read_id: number; readonly items: readonly ReadItem[] }
  /** The answer to read_requested: at once when nothing is to be read, else after read_done. */
  | {
      readonly type: "read_reply";
      readonly read_id: number;
      readonly objects: readonly StagedObject[];
      /** End of the staging lease. */
      readonly expires_ns: number;
    };

/** Levels and counters since start. */
export interface DiskTierSnapshot {
  /** File bytes on disk, buckets being written or deleted included: what offload_heartbeat reports. */
  readonly used_bytes: number;
  readonly capacity_bytes: number;
  readonly bucket_count: number;
  readonly key_count: number;
  /** Tasks in hand that no bucket holds yet. */
  readonly waiting_tasks: number;
  readonly staged_bytes: number;
  readonly written_buckets: number;
  readonly written_keys: number;
  readonly written_bytes: number;
  readonly refused_keys: number;
  readonly evicted_buckets: number;
  readonly evicted_keys: number;
  readonly read_keys: number;
  readonly read_bytes: number;
  /** Keys asked for that no bucket has. */
  readonly missed_keys: number;
  /** Reads refused because the staging buffer was full. */
  readonly staging_overflows: number;
  /** Staging leases that ran out before release. */
  readonly expired_reads: number;
  /** Keys dropped because their bytes did not have the checksum they were written with. */
  readonly lost_keys: number;
  readonly promoted_keys: number;
}
