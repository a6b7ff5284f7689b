// One request as the client saw it: one line of requests.jsonl. Times are ns on the run's monotonic clock.
// Missing is null, never 0.

import type { PerTier } from "./tier.ts";

export interface RequestRecord {
  readonly arm: string;
  readonly pair_index: number;
  readonly session_id: string;
  readonly turn_index: number;
  readonly request_id: string;
  /** When the workload wanted it sent (open loop), or when its predecessor allowed it (closed loop). */
  readonly intended_ns: number;
  readonly sent_ns: number;
  readonly first_token_ns: number | null;
  readonly last_token_ns: number | null;
  /** [output_tokens], ascending: the time of the event that carried each token. */
  readonly token_ns: readonly number[];
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Prompt tokens served from each tier at the prefill engine, as the engine reported; null when it did not. */
  readonly cached_tokens: PerTier<number> | null;
  /** Prompt tokens served from any cache, from a server that tells no tiers (`usage.prompt_tokens_details`). Absent: it told none. */
  readonly cached_tokens_total?: number;
  readonly prefill_engine: string | null;
  readonly decode_engine: string | null;
  /** Stages of TTFT as the engines stamped them; null when not reported. */
  readonly queue_ms: number | null;
  readonly lookup_ms: number | null;
  readonly load_ms: number | null;
  readonly prefill_ms: number | null;
  readonly handover_ms: number | null;
  readonly error: RequestError | null;
}

export interface RequestError {
  /** rejected: admission control refused it with 429, because it would have missed an SLO. Not a failure of the stack. */
  readonly code:
    | "rejected"
    | "http_status"
    | "connection"
    | "malformed_stream"
    | "timeout"
    | "cancelled"
    | "wrong_length";
  readonly detail: string;
}

/** What an engine knows of one request it served; travels beside the response as the header `x-tierbench-stages`. */
export interface EngineStages {
  readonly engine_name: string;
  readonly prompt_tokens: number;
  readonly cached_tokens: PerTier<number>;
  readonly queue_ms: number;
  readonly lookup_ms: number;
  readonly load_ms: number;
  readonly prefill_ms: number;
}
