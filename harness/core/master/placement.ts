// Where the copies of a new object go. Every copy is in another segment; fewer copies than asked are accepted, none is a failure.
// Preferred segments come first, in order, whatever the policy. Source: spec mooncake_store.md §6.3.

import type { ReplicateConfig } from "../../domain/replica.ts";
import type { MasterConfig } from "./master_config.ts";
import type { MasterParts } from "./master_parts.ts";
import type { MountedSegment } from "./mounted_segment.ts";
import type { MemoryCopy } from "./object_rows.ts";
import type { SegmentPool } from "./segment_pool.ts";

/** Segments that a random scan tries at most. */
const SCAN_LIMIT = 100;
/** free_ratio_first and ssd_free_ratio_first compare this many segments for each copy wanted. */
const SAMPLES_PER_COPY = 6;

export class Placement {
  /** Puts that named a preferred segment and got it / were placed elsewhere. */
  preferred_placed = 0;
  preferred_fallback = 0;
  readonly #pool: SegmentPool;
  readonly #random: MasterParts["random"];
  readonly #policy: MasterConfig["allocation"];

  readonly #diskCapacityOf: (segment: MountedSegment) => number;

  /** `diskCapacityOf`: of the segment's owner, 0 when it is not known. */
  constructor(
    pool: SegmentPool,
    random: MasterParts["random"],
    policy: MasterConfig["allocation"],
    diskCapacityOf: (segment: MountedSegment) => number,
  ) {
    this.#pool = pool;
    this.#random = random;
    this.#policy = policy;
    this.#diskCapacityOf = diskCapacityOf;
  }

  /** Allocates; empty when no segment has room. `writer_node` is null when the writer's host is not known. */
  place(bytes: number, config: ReplicateConfig, writer_node: string | null): MemoryCopy[] {
    const copies: MemoryCopy[] = [];
    for (const name of config.preferred_segments) {
      const segment = this.#pool.find(name);
      if (segment !== undefined && copies.length < config.replica_num) allocateIn(segment, bytes, copies);
    }
    const preferred = copies.length > 0;
    this.#placeByPolicy(bytes, config.replica_num, writer_node, copies);
    if (config.preferred_segments.length > 0 && copies.length > 0) {
      if (preferred) this.preferred_placed++;
      else this.preferred_fallback++;
    }
    return copies;
  }

  #placeByPolicy(bytes: number, replica_num: number, writer_node: string | null, copies: MemoryCopy[]): void {
    if (copies.length >= replica_num || this.#pool.list.length === 0) return;
    if (this.#policy === "free_ratio_first" || this.#policy === "ssd_free_ratio_first") {
      allocateFrom(this.#freestFirst(replica_num - copies.length), bytes, replica_num, copies);
    } else if (this.#policy === "local_first" && replica_num === 1) {
      allocateFrom(this.#ringFrom(writer_node), bytes, replica_num, copies);
    }
    if (copies.length < replica_num) this.#allocateAnywhere(bytes, replica_num, copies);
  }

  /** Consecutive segments from a random start, without the generator: this is how nearly all objects are placed. */
  #allocateAnywhere(bytes: number, replica_num: number, copies: MemoryCopy[]): void {
    const segments = this.#pool.list;
    const first = this.#random.below(segments.length);
    for (let i = 0; i < Math.min(SCAN_LIMIT, segments.length) && copies.length < replica_num; i++) {
      const segment = segments[(first + i) % segments.length];
      if (segment !== undefined) allocateIn(segment, bytes, copies);
    }
  }

  /** Consecutive segments from a random start. */
  *#scan(limit: number, start?: number): Generator<MountedSegment> {
    const segments = this.#pool.list;
    const first = start ?? this.#random.below(segments.length);
    for (let i = 0; i < Math.min(limit, segments.length); i++) {
      const segment = segments[(first + i) % segments.length];
      if (segment !== undefined) yield segment;
    }
  }

  #freestFirst(copies_wanted: number): MountedSegment[] {
    const sample = [...this.#scan(SAMPLES_PER_COPY * copies_wanted)];
    return sample.sort((a, b) => this.#freeRatio(b) - this.#freeRatio(a));
  }

  /** Of memory, or of the owner's disk where the policy goes by that. */
  #freeRatio(segment: MountedSegment): number {
    if (this.#policy === "ssd_free_ratio_first") return this.#diskFreeRatio(segment);
    return 1 - segment.space.allocated_bytes / segment.info.segment_bytes;
  }

  /** A disk whose size is not known counts as empty, as the real store has it. */
  #diskFreeRatio(segment: MountedSegment): number {
    const capacity_bytes = this.#diskCapacityOf(segment);
    return capacity_bytes <= 0 ? 1 : 1 - Math.min(capacity_bytes, segment.disk_bytes) / capacity_bytes;
  }

  /** All segments in order of mounting, from the first of the writer's node; a random start when that has none. */
  #ringFrom(writer_node: string | null): Generator<MountedSegment> {
    const segments = this.#pool.list;
    const start = segments.findIndex((segment) => segment.info.node === writer_node);
    return this.#scan(segments.length, start === -1 ? undefined : start);
  }
}

function allocateFrom(
  segments: Iterable<MountedSegment>,
  bytes: number,
  replica_num: number,
  copies: MemoryCopy[],
): void {
  for (const segment of segments) {
    if (copies.length >= replica_num) return;
    allocateIn(segment, bytes, copies);
  }
}

/** One copy in a segment that has none. */
function allocateIn(segment: MountedSegment, bytes: number, copies: MemoryCopy[]): void {
  for (const copy of copies) if (copy.segment === segment) return;
  const place = segment.space.allocate(bytes);
  if (place !== null) copies.push({ segment, place });
}
