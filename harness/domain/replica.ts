// Objects of the store as requesters see them: descriptors of stored copies, and how to place new ones.

import type { SegmentFabricKeys } from "./fabric_key.ts";

/** An object's bytes in a segment that an owner has mounted. */
export interface MemoryReplica {
  readonly tier: "cpu";
  readonly segment_name: string;
  /** Of the mount that holds the bytes: a copy to or from another mount of the name is refused. */
  readonly generation: number;
  readonly offset: number;
  readonly bytes: number;
}

/** An object's bytes in a bucket file of an owner; read through that owner's staging buffer. */
export interface DiskReplica {
  readonly tier: "disk";
  /** The owner's segment name: whom to ask. */
  readonly segment_name: string;
  readonly bytes: number;
}

export type ReplicaDescriptor = MemoryReplica | DiskReplica;

/** Placement of a put. Defaults as Mooncake's ReplicateConfig. */
export interface ReplicateConfig {
  readonly replica_num: number;
  /** Segment names to try first, in order. An unknown or full one falls back, and the fallback is counted. */
  readonly preferred_segments: readonly string[];
  readonly soft_pin: boolean;
  /** Of this put's soft pins, from put end on; 0: none. Null: the master's default. Only with `soft_pin`. */
  readonly soft_pin_ttl_ms: number | null;
  readonly hard_pin: boolean;
  /** [objects]: members of one group are evicted together or not at all; "": of no group. Empty: no object has one. */
  readonly group_ids: readonly string[];
}

export const DEFAULT_REPLICATE_CONFIG: ReplicateConfig = {
  replica_num: 1,
  preferred_segments: [],
  soft_pin: false,
  soft_pin_ttl_ms: null,
  hard_pin: false,
  group_ids: [],
};

/** A segment as its owner mounts it at the master. */
export interface SegmentInfo {
  /** `host:port`; the name that preferred_segments must equal exactly. */
  readonly segment_name: string;
  readonly node: string;
  readonly segment_bytes: number;
  /** Where requesters on this host open it. */
  readonly shm_path: string;
  /** New at every mount; bytes of another generation are not accepted. */
  readonly generation: number;
  /** The owner's RPC address, for reads of its disk tier. */
  readonly owner_address: string;
  readonly enable_offload: boolean;
  /** For requesters on other hosts; null: the owner is reached through its host's memory only. */
  readonly fabric_keys: SegmentFabricKeys | null;
}
