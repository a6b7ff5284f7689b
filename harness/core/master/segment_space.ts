/** Who hands out ranges of one segment; core/tier's SegmentAllocator fits. A place is a number that names an allocated range. */
export interface SegmentSpace {
  /** The place of a range of at least `bytes`, or null when none is long enough. */
  allocate(bytes: number): number | null;
  /** Where in the segment the range of an allocated place begins. */
  offset(place: number): number;
  /** Gives the range back; its place may name another one from then on. */
  free(place: number): void;
  readonly allocated_bytes: number;
  readonly largest_free_bytes: number;
}
