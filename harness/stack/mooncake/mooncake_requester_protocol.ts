// What is said between an engine and the process that holds its requester of a real Mooncake store: one JSON line a message. Keys
// and ranges of registered shared memory travel, bytes never do. Spoken by mooncake_requester.py and mooncake_library_requester.ts.

import type { ReplicateConfig } from "../../domain/replica.ts";
import type { StoreTier } from "../../domain/tier.ts";

/** The first line, before any request. Answered by `{"ready": true}`, or by the process's end with its reason on stderr. */
export interface RequesterSetup {
  readonly local_hostname: string;
  readonly metadata_server: string;
  readonly local_buffer_bytes: number;
  readonly protocol: "tcp" | "rdma" | "efa";
  readonly device_name: string;
  readonly master_address: string;
  /** `host:port` of the master's HTTP metrics server, which says where objects are without granting leases. */
  readonly metrics_address: string;
}

/** key, region_id, offset in the region, bytes. */
export type WireItem = readonly [string, number, number, number];

export type RequesterRequest =
  /** Maps a file of shared memory and registers `bytes` of it from `offset` on. */
  | {
      readonly op: "register";
      readonly region_id: number;
      readonly path: string;
      readonly offset: number;
      readonly bytes: number;
    }
  | { readonly op: "exists"; readonly keys: readonly string[] }
  | { readonly op: "describe"; readonly keys: readonly string[] }
  | { readonly op: "get"; readonly items: readonly WireItem[] }
  | { readonly op: "put"; readonly items: readonly WireItem[]; readonly config: ReplicateConfig }
  | { readonly op: "remove"; readonly key: string; readonly force: boolean }
  | { readonly op: "remove_all"; readonly force: boolean };

/** Tier and segment of the copy that a get reads first; nulls where there is none, or the requester cannot tell. */
export type WireReplica = readonly [StoreTier | null, string | null];

export interface RequesterResults {
  register: number;
  exists: readonly number[];
  describe: readonly WireReplica[];
  get: readonly number[];
  put: readonly number[];
  remove: number;
  remove_all: number;
}

export type RequesterOp = RequesterRequest["op"];

export type RequesterReply =
  | { readonly id: number; readonly result: RequesterResults[RequesterOp] }
  | { readonly id: number; readonly error: string };
