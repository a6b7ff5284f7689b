/** Who hands out ranges of one segment; core/tier's SegmentAllocator fits. */
export interface SegmentSpace {
  /** Offset of a free range of at least `bytes`, or null when none is long enough. */
  allocate(bytes: number): number | null;
  /** Gives back the range that starts at `offset`. */
  free(offset: number): void;
  readonly allocated_bytes: number;
  readonly largest_free_bytes: number;
}
