// How many token events per second the client had to read in the busiest moment of a run.

import type { RequestRecord } from "../domain/request_record.ts";
import { NS_PER_S } from "../domain/units.ts";

/** Long enough to hold several steps of an engine, short enough to see a burst. */
const PEAK_WINDOW_NS = NS_PER_S / 10;

/**
 * Of one run: the fullest of the windows that tile its time, of all requests together, failed ones included. Counts tokens: an
 * upper bound, for an event may carry several.
 */
export function peakEventRate(records: readonly RequestRecord[]): number {
  const events = new Map<number, number>();
  let peak = 0;
  for (const { token_ns } of records) {
    for (const time_ns of token_ns) {
      const window = Math.floor(time_ns / PEAK_WINDOW_NS);
      const count = (events.get(window) ?? 0) + 1;
      events.set(window, count);
      peak = Math.max(peak, count);
    }
  }
  return (peak * NS_PER_S) / PEAK_WINDOW_NS;
}
