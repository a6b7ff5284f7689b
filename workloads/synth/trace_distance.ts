// How far apart two traces are, one number a statistic.
//
// Distributions: the Kolmogorov–Smirnov distance, the largest difference between their cumulative distributions (0: equal,
// 1: apart). Hit curve: the largest difference between the LRU hit ratios, in percentage points, over capacities from one block
// to more than either trace can use, 8 to a doubling.

import type { TraceInspection, TraceSamples } from "../inspect/trace_inspection.ts";

export interface TraceDistance {
  /** Statistic → distance; null where one of the traces has no sample of it. */
  readonly ks: Readonly<Record<keyof TraceSamples, number | null>>;
  /** Null where a trace says nothing of contents, or blocks differ in size. */
  readonly hit_curve: CurveDistance | null;
}

export interface CurveDistance {
  readonly points: number;
  readonly at_capacity_tokens: number;
}

export function traceDistance(a: TraceInspection, b: TraceInspection): TraceDistance {
  const ks = (name: keyof TraceSamples): number | null => ksDistance(a.samples[name], b.samples[name]);
  return {
    ks: {
      input_tokens: ks("input_tokens"),
      output_tokens: ks("output_tokens"),
      gap_ms: ks("gap_ms"),
      turns: ks("turns"),
      shared_tokens: ks("shared_tokens"),
      reuse_requests: ks("reuse_requests"),
      reuse_s: ks("reuse_s"),
    },
    hit_curve: curveDistance(a, b),
  };
}

/** Null where a list is empty. */
export function ksDistance(a: Float64Array, b: Float64Array): number | null {
  if (a.length === 0 || b.length === 0) return null;
  const left = a.toSorted();
  const right = b.toSorted();
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i] as number, right[j] as number);
    while (i < left.length && (left[i] as number) <= value) i++;
    while (j < right.length && (right[j] as number) <= value) j++;
    distance = Math.max(distance, Math.abs(i / left.length - j / right.length));
  }
  return distance;
}

const STEPS_PER_DOUBLING = 8;

function curveDistance(a: TraceInspection, b: TraceInspection): CurveDistance | null {
  const left = a.contents?.curve;
  const right = b.contents?.curve;
  if (left === undefined || right === undefined || left.block_tokens !== right.block_tokens) return null;
  const largest_blocks = Math.max(left.largest_useful_blocks, right.largest_useful_blocks, 1);
  let worst: CurveDistance = { points: 0, at_capacity_tokens: left.block_tokens };
  for (let step = 0; ; step++) {
    const blocks = Math.min(largest_blocks, Math.floor(2 ** (step / STEPS_PER_DOUBLING)));
    const at_capacity_tokens = blocks * left.block_tokens;
    const difference = left.at(at_capacity_tokens).block_ratio - right.at(at_capacity_tokens).block_ratio;
    const points = 100 * Math.abs(difference);
    if (points > worst.points) worst = { points, at_capacity_tokens };
    if (blocks === largest_blocks) return worst;
  }
}
