// Objects of the store as requesters see them: descriptors of stored copies, and how to place new ones.

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
  readonly hard_pin: boolean;
}

export const DEFAULT_REPLICATE_CONFIG: ReplicateConfig = {
  replica_num: 1,
  preferred_segments: [],
  soft_pin: false,
  hard_pin: false,
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
}
