// HdrHistogram of latencies, for the `.hgrm` files that HdrHistogram's plotters read: resolution 1 µs, three significant
// digits. Figures of reports come from exact samples (distribution.ts), negative ones included; this is the export.

import { build } from "hdr-histogram-js";
import { NS_PER_MS, NS_PER_S, NS_PER_US } from "../domain/units.ts";

/** Percentile lines per halving of the distance to 100 %. */
const TICKS_PER_HALF_DISTANCE = 5;
/** Room at start; a longer latency makes the histogram grow. */
const EXPECTED_MAX_NS = 600 * NS_PER_S;

/** Percentile distribution in milliseconds, HdrHistogram's text format, which has no negative values: they count as 0. */
export function hgrmOf(samples_ms: readonly number[]): string {
  const histogram = build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: NS_PER_US,
    highestTrackableValue: EXPECTED_MAX_NS,
    numberOfSignificantValueDigits: 3,
  });
  for (const sample_ms of samples_ms) histogram.recordValue(Math.max(0, Math.round(sample_ms * NS_PER_MS)));
  const text = histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, NS_PER_MS);
  histogram.destroy();
  return text;
}
