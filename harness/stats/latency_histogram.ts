// HdrHistogram of latencies, for the `.hgrm` files that HdrHistogram's plotters read. Records milliseconds, keeps
// nanoseconds: resolution 1 µs, three significant digits. Figures of reports come from exact samples (distribution.ts);
// this is the export. Negative values (none is expected) count as 0, and are counted.

import { build, type Histogram } from "hdr-histogram-js";
import { NS_PER_MS, NS_PER_S, NS_PER_US } from "../domain/units.ts";

/** Percentile lines per halving of the distance to 100 %. */
const TICKS_PER_HALF_DISTANCE = 5;
/** Room at start; a longer latency makes the histogram grow. */
const EXPECTED_MAX_NS = 600 * NS_PER_S;

export class LatencyHistogram implements Disposable {
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: NS_PER_US,
    highestTrackableValue: EXPECTED_MAX_NS,
    numberOfSignificantValueDigits: 3,
  });
  #negatives = 0;

  record_ms(latency_ms: number): void {
    if (latency_ms < 0) this.#negatives++;
    this.#histogram.recordValue(Math.max(0, Math.round(latency_ms * NS_PER_MS)));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Samples below zero that were recorded as 0. */
  get negatives(): number {
    return this.#negatives;
  }

  /** Percentile distribution in milliseconds, HdrHistogram's text format. */
  toHgrm(): string {
    return this.#histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, NS_PER_MS);
  }

  [Symbol.dispose](): void {
    this.#histogram.destroy();
  }
}

/** `.hgrm` text of the samples. */
export function hgrmOf(samples_ms: readonly number[]): string {
  using histogram = new LatencyHistogram();
  for (const sample_ms of samples_ms) histogram.record_ms(sample_ms);
  return histogram.toHgrm();
}
