import type { SegmentSpace } from "./segment_space.ts";

/** What the master needs from outside its room. */
export interface MasterParts {
  /** Uniform integers in [0, limit); harness/clock's Random fits. */
  readonly random: { below(limit: number): number };
  /** An empty allocator for a segment just mounted. */
  readonly newSpace: (segment_bytes: number) => SegmentSpace;
  /** Objects that a removal of many goes over in one go, and that one tick of an eviction does at most; absent: all, and 2048. */
  readonly rows_per_piece?: number;
}
