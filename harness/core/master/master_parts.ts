import type { SegmentSpace } from "./segment_space.ts";

/** What the master needs from outside its room. */
export interface MasterParts {
  /** Uniform integers in [0, limit); harness/clock's Random fits. */
  readonly random: { below(limit: number): number };
  /** An empty allocator for a segment just mounted. */
  readonly newSpace: (segment_bytes: number) => SegmentSpace;
}
