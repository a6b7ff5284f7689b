// What is known of a trace once it has been read through.

import type { HitCurve } from "./hit_curve.ts";
import type { SharingSummary } from "./prefix_sharing.ts";

export interface TraceInspection {
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly samples: TraceSamples;
  readonly sessions: SessionSummary | null;
  /** Null: the trace has no times. */
  readonly arrivals: ArrivalSummary | null;
  /** Null: the trace says nothing of contents. */
  readonly contents: ContentSummary | null;
}

/** Unsorted; empty where the trace does not tell. */
export interface TraceSamples {
  /** [requests] */
  readonly input_tokens: Float64Array;
  /** [requests] */
  readonly output_tokens: Float64Array;
  /** [requests − 1]: between neighbours in time. */
  readonly gap_ms: Float64Array;
  /** [sessions] */
  readonly turns: Float64Array;
  /** [requests]: tokens of the longest prefix that an earlier prompt had too, in whole blocks. */
  readonly shared_tokens: Float64Array;
  /** [requests that share]: since the end of that prefix was last used, in requests. */
  readonly reuse_requests: Float64Array;
  /** The same, in time. */
  readonly reuse_s: Float64Array;
}

export interface SessionSummary {
  readonly count: number;
  /** "named" by the file, or "found" by shared prefixes (session_finder.ts). */
  readonly source: "named" | "found";
}

export interface ArrivalSummary {
  readonly first_s: number;
  readonly last_s: number;
  readonly requests_per_s: number;
  /** Standard deviation ÷ mean of the gaps: 0 for a fixed pace, 1 for Poisson; null with fewer than two gaps of any length. */
  readonly gap_cv: number | null;
  /** Requests that stand in the file behind a later one. */
  readonly out_of_order: number;
  /** [60]: requests a second in equal parts of the span. */
  readonly rate_per_s: readonly number[];
}

export interface ContentSummary {
  readonly block_tokens: number;
  readonly sharing: SharingSummary;
  readonly curve: HitCurve;
}
