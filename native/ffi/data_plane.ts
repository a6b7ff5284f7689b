// What the native library does for a process, as TypeScript sees it. Bytes of KV never enter the JS heap: JavaScript names
// ranges of registered memory, native threads move them, and a promise per batch resolves with one result per op.
// Times are CLOCK_MONOTONIC ns as JS numbers (exact below 2^53).

import type { BlockHash } from "../../harness/domain/block_hash.ts";
import type { Result } from "../../harness/domain/result.ts";

/** Memory of this process or of another process on this host that native ops may name. */
export interface Region {
  readonly region_id: number;
  readonly shm_path: string;
  readonly bytes: number;
  /** Of the memory when it was attached; of memory made here, the latest (renewRegion). */
  readonly generation: number;
}

export type RegionError = {
  readonly code: "no_space" | "exists" | "not_found" | "wrong_generation" | "not_a_region" | "io";
  readonly detail: string;
};

/** What the bytes of a block are a function of. */
export interface BlockIdentity {
  /** 32-bit hash of the model name. */
  readonly model_id: number;
  readonly hash: BlockHash;
  readonly weights_version: number;
}

export type Op =
  /** Copies between regions; then, when `verify` is given, checks the copied bytes. Not done before `earliest_done_ns`. */
  | {
      readonly kind: "copy";
      readonly from: Region;
      readonly from_offset: number;
      readonly to: Region;
      readonly to_offset: number;
      readonly bytes: number;
      readonly verify: BlockIdentity | null;
      readonly earliest_done_ns: number;
    }
  | {
      readonly kind: "fill";
      readonly region: Region;
      readonly offset: number;
      readonly bytes: number;
      readonly identity: BlockIdentity;
    }
  | {
      readonly kind: "verify";
      readonly region: Region;
      readonly offset: number;
      readonly bytes: number;
      readonly identity: BlockIdentity;
    }
  /** O_DIRECT where the file system allows it (see DiskFile.path_taken); offsets and bytes are multiples of 4096. */
  | {
      readonly kind: "file_write" | "file_read";
      readonly file: DiskFile;
      readonly file_offset: number;
      readonly region: Region;
      readonly offset: number;
      readonly bytes: number;
    }
  | { readonly kind: "crc32c"; readonly region: Region; readonly offset: number; readonly bytes: number }
  /** The pacer: done at `deadline_ns`, better than a millisecond. */
  | { readonly kind: "wait_until"; readonly deadline_ns: number };

export type CopyOp = Extract<Op, { readonly kind: "copy" }>;

export type OpCode =
  | "ok"
  /** The bytes are not this block: torn, overwritten or never written. */
  | "corrupt"
  /** The bytes are this block under another weights version, given in `value`. */
  | "stale"
  /** The process that made the region is gone, or has made a new generation. */
  | "peer_dead"
  | "out_of_range"
  | "io_error"
  | "cancelled";

export interface OpResult {
  readonly code: OpCode;
  readonly end_ns: number;
  /** crc32c: the checksum; stale: the version found; io_error: errno; else 0. */
  readonly value: number;
}

export interface DiskFile {
  readonly file_id: number;
  readonly path: string;
  readonly path_taken: "io_uring+direct" | "pread+direct" | "pread+buffered";
}

export interface DataPlane {
  now_ns(): number;
  /** Makes, maps and prefaults shared memory; `shm_path` must not exist. The maker's death is seen by others as peer_dead. */
  createRegion(shm_path: string, bytes: number, generation: number): Result<Region, RegionError>;
  /** Maps another process's region. generation null: whatever is there. */
  attachRegion(shm_path: string, generation: number | null): Result<Region, RegionError>;
  /** Gives memory made here another generation: ops of others that attached the last one end as peer_dead. Moves no byte. */
  renewRegion(region: Region, generation: number): void;
  /** Unmaps; the maker also unlinks. No op may be running on it. */
  closeRegion(region: Region): void;
  openFile(path: string, mode: "create" | "read", bytes: number): Result<DiskFile, RegionError>;
  closeFile(file: DiskFile): void;
  /** Results in the order of ops. Never rejects for an operating error. Ops of one batch run in any order. */
  submit(ops: readonly Op[]): Promise<readonly OpResult[]>;
  /** Waits for running ops, stops the threads, closes every region. */
  close(): Promise<void>;
}

/** A few numbers that processes share under a lock that survives its holder's death (next-free times of links). */
export interface SharedNumbers {
  readonly length: number;
  /** Runs `body` with the lock held. */
  update(body: (values: Float64Array) => void): void;
  close(): void;
}
