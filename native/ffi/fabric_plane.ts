// One-sided put and get between registered memory of this process and of processes on other hosts: what a network path
// does for a process, as TypeScript sees it. Bytes never enter the JS heap and no call here waits for the network.
//
// Life of a transfer: the owner registers a region and publishes its FabricKey (a segment record carries it); a requester
// attaches the key, registers its own region, and submits puts and gets that name both. A put is done when its bytes are in
// the target's memory; a get that failed may have written part of its destination, which then must not be used.
// The peer's process is not asked: it only has to live, its registration to stand and its generation to be the key's.

import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import type { Result } from "../../harness/domain/result.ts";
import type { BlockIdentity } from "./data_plane.ts";

/**
 * Memory to register. `shm`: a region of DataPlane, mapped once more and registered with its header page, so that peers can read its
 * generation.
 *
 * `dmabuf`: memory of a GPU, by the file descriptor that its driver exports for a range of whole pages (CUDA:
 * cuMemGetHandleForAddressRange; ROCm: hsa_amd_portable_export_dmabuf). The descriptor stays the caller's and may be closed once
 * register has answered; the memory must outlive deregister. It is registered by fi_mr_regattr with FI_MR_DMABUF, which takes
 * fd, offset, bytes and device_address as they are named here, in a domain opened with FI_HMEM and FI_MR_HMEM: libfabric 1.20 or
 * later, and a device whose kernel driver maps dma-bufs (mlx5, efa, irdma; neither Soft-RoCE nor sockets). Such memory has no header
 * page: its generation lies in a page of host memory that is registered beside it, and a key names both registrations (the tail of
 * FabricKey, native/fabric/src/fabric_key.h), so that a peer's check reads host memory. What a kernel wrote may be put once its
 * stream has been synchronised, and what a get brought is checked by the GPU, not here: ops on it carry no `verify`. Every build here
 * has libfabric 1.17 and refuses it with `unsupported_memory`; nothing of it has run.
 */
export type FabricMemory =
  | { readonly kind: "shm"; readonly shm_path: string; readonly generation: number }
  | {
      readonly kind: "dmabuf";
      readonly fd: number;
      /** Of the part that is registered, from the start of the exported range. */
      readonly offset: number;
      readonly bytes: number;
      /** Where the exported range starts for the GPU, exact below 2^53. */
      readonly device_address: number;
      readonly device: { readonly kind: "cuda" | "rocr"; readonly index: number };
      readonly generation: number;
    };

/** Registered memory of this process. */
export interface FabricRegion {
  readonly region_id: number;
  readonly bytes: number;
  readonly key: FabricKey;
}

/** Memory of another process. */
export interface RemoteRegion {
  readonly remote_id: number;
  readonly key: FabricKey;
}

export interface FabricOp {
  readonly kind: "put" | "get";
  readonly region: FabricRegion;
  readonly region_offset: number;
  readonly remote: RemoteRegion;
  readonly remote_offset: number;
  readonly bytes: number;
  /** A get is checked as it comes; absent: it is not. Only where `path_taken.verifies`. */
  readonly verify?: BlockIdentity;
}

export type FabricOpCode =
  | "ok"
  /** The process behind the key is gone. */
  | "peer_dead"
  | "timeout"
  /** The process lives, but its memory behind the key is deregistered, closed or of another generation. */
  | "dead_key"
  | "out_of_range"
  /** Memory or queues for a connection cannot be had. */
  | "exhausted"
  | "cancelled"
  | "io_error"
  /** The bytes that came are not the block that they should be; are it under another weights version, given in `value`. */
  | "corrupt"
  | "stale";

export interface FabricOpResult {
  readonly code: FabricOpCode;
  /** CLOCK_MONOTONIC. */
  readonly end_ns: number;
  /** Stale: the version found; else the errno behind a failure; 0 when there is none. */
  readonly value: number;
}

export interface FabricError {
  readonly code:
    | "not_found"
    | "wrong_generation"
    | "not_a_region"
    /** The device, the kernel (RLIMIT_MEMLOCK) or max_registered_bytes allows no more registrations. */
    | "registration_exhausted"
    | "unsupported_memory"
    | "bad_key"
    /** The key belongs to another provider than this plane's. */
    | "wrong_provider"
    | "io";
  readonly detail: string;
}

/** The path taken: for reports. null: the provider does not say. */
export interface FabricPath {
  readonly provider: string;
  readonly domain: string;
  readonly fabric: string;
  readonly source: string;
  readonly link_up: boolean | null;
  readonly bytes_per_s: number | null;
  readonly longest_transfer_bytes: number;
  /** The provider accepted FI_DELIVERY_COMPLETE: a put is done when its bytes can be read at the target. */
  readonly delivery_complete: boolean;
  /** Gets can be checked as their bytes come. */
  readonly verifies: boolean;
  readonly library: string;
}

export interface FabricCounters {
  readonly connections_made: number;
  readonly connections_lost: number;
  readonly ops_retried: number;
  readonly registered_bytes: number;
}

export interface SubmitOptions {
  /** From submit to the end of each op; default 10 s. */
  readonly timeout_ms?: number;
  /** Ops whose bytes are not under way when it fires end as cancelled. */
  readonly signal?: AbortSignal;
}

export interface FabricPlane {
  readonly path_taken: FabricPath;
  now_ns(): number;
  /** Registered once however often it is asked for: every register needs its deregister, the last of which ends the key. */
  register(memory: FabricMemory): Promise<Result<FabricRegion, FabricError>>;
  /** No op of this process may be running on it; those of other processes end as dead_key. */
  deregister(region: FabricRegion): Promise<void>;
  attach(key: FabricKey): Result<RemoteRegion, FabricError>;
  /** No op may be running on it. */
  detach(remote: RemoteRegion): void;
  /** Results in the order of ops; ops of a batch run in any order. Never rejects for an operating error. */
  submit(ops: readonly FabricOp[], options?: SubmitOptions): Promise<readonly FabricOpResult[]>;
  counters(): FabricCounters;
  /** Cancels what waits, waits for what is under way, ends every key of this process. */
  close(): Promise<void>;
}
