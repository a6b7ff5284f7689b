// One object as the master knows it. Its memory copies start and end their writing together, so `state` is the status of all.

import type { ClientId, PutObject } from "../../domain/master_api.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { ReplicaDescriptor, ReplicateConfig } from "../../domain/replica.ts";
import type { MountedSegment } from "./mounted_segment.ts";

export interface MemoryCopy {
  readonly segment: MountedSegment;
  readonly offset: number;
}

/** The owner's queue that an object waits in or was handed from. */
export interface OffloadTarget {
  readonly segment_name: string;
  readonly queued: { delete(object: StoredObject): boolean };
}

/** Which eviction order holds the object; "none" when its memory may not be evicted. */
export type EvictionLane = "none" | "normal" | "soft";

export interface StoredObject {
  readonly key: ObjectKey;
  readonly bytes: number;
  readonly client_id: ClientId;
  /** Order of put starts: the tie-break wherever times are equal. */
  readonly sequence: number;
  readonly put_start_ns: number;
  readonly soft_pin: boolean;
  readonly hard_pin: boolean;
  /** removed: no longer in the table; may still hold memory that somebody reads or writes. */
  state: "writing" | "complete" | "removed";
  memory: readonly MemoryCopy[];
  /** Segments whose owners hold a copy on disk. */
  disk: readonly MountedSegment[];
  /** Not removed, not evicted before this; 0: never leased. */
  lease_ns: number;
  /** Soft pin ends here; 0: none. */
  soft_until_ns: number;
  /** queued: waits for its owner's heartbeat; handed: the owner reads it now. */
  offload: "none" | "queued" | "handed";
  /** Where it is queued or handed. */
  offload_to: OffloadTarget | null;
  /** Memory may not be freed by eviction: an offload needs it. */
  pinned: boolean;
  lane: EvictionLane;
  /** Bits of the lease heaps that still hold an entry of it, live or dead. */
  heap_bits: number;
}

export function newObject(
  put: PutObject,
  client_id: ClientId,
  config: ReplicateConfig,
  memory: readonly MemoryCopy[],
  sequence: number,
  now_ns: number,
): StoredObject {
  return {
    key: put.key,
    bytes: put.bytes,
    client_id,
    sequence,
    put_start_ns: now_ns,
    soft_pin: config.soft_pin,
    hard_pin: config.hard_pin,
    state: "writing",
    memory,
    disk: [],
    lease_ns: 0,
    soft_until_ns: 0,
    offload: "none",
    offload_to: null,
    pinned: false,
    lane: "none",
    heap_bits: 0,
  };
}

/** Copies in the order requesters prefer them: memory, then disk. */
export function describeReplicas(object: StoredObject): ReplicaDescriptor[] {
  const replicas: ReplicaDescriptor[] = [];
  for (const { segment, offset } of object.memory) {
    const { segment_name, generation } = segment.info;
    replicas.push({ tier: "cpu", segment_name, generation, offset, bytes: object.bytes });
  }
  for (const segment of object.disk) {
    replicas.push({ tier: "disk", segment_name: segment.info.segment_name, bytes: object.bytes });
  }
  return replicas;
}
