// Spans side by side: in as few lanes as can be, so that nothing overlaps in one.

/** Something that lasts, and its lane, counted from 0. */
export interface Laned<T> {
  readonly item: T;
  readonly lane: number;
}

/** Ordered by start. Each takes the first lane that is free by then. */
export function assignLanes<T extends { readonly start_ns: number; readonly end_ns: number }>(
  items: readonly T[],
): Laned<T>[] {
  const lane_ends_ns: number[] = [];
  return items
    .toSorted((a, b) => a.start_ns - b.start_ns || a.end_ns - b.end_ns)
    .map((item) => {
      const free = lane_ends_ns.findIndex((end_ns) => end_ns <= item.start_ns);
      const lane = free === -1 ? lane_ends_ns.length : free;
      lane_ends_ns[lane] = item.end_ns;
      return { item, lane };
    });
}
