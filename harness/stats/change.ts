// How a difference between two arms is expressed. Times and rates: percent of the baseline. Ratios in [0, 1]:
// percentage points, for a hit ratio that goes from 0 to 0.3 has no percentage.

export type DeltaUnit = "percent" | "points";

/** Null: a percentage of a baseline that is zero. */
export function changeOf(baseline: number, candidate: number, unit: DeltaUnit): number | null {
  if (unit === "points") return 100 * (candidate - baseline);
  return baseline === 0 ? null : 100 * (candidate / baseline - 1);
}
