// What a run of load came to, beside its records.

import type { TokenReads } from "./merge_ratio.ts";

export interface LoadProgress {
  readonly planned_requests: number;
  readonly sent_requests: number;
  /** With or without an error. */
  readonly finished_requests: number;
  readonly failed_requests: number;
}

export interface LoadResult extends LoadProgress, TokenReads {
  readonly started_ns: number;
  readonly ended_ns: number;
  readonly interrupted: boolean;
  /** Later turns of failed sessions, and what an interruption left. */
  readonly not_sent_requests: number;
  /** Server-sent events of all streams, those without tokens included. */
  readonly events: number;
  /** Token events per socket read (merge_ratio.ts): above 1, events waited behind each other. Null: none came. */
  readonly merge_ratio: number | null;
  readonly peak_streams: number;
  readonly connections_opened: number;
  readonly reconnects: number;
}
