// Spans of a router's requests: the whole exchange, and inside it the prefill half, the hand-over to the first byte of the
// decode engine's answer, and the stream.

import type { TraceLog, TraceSpan } from "../../domain/trace_span.ts";

/** Times of one exchange, in ns; null: it did not come to that. */
export interface RouterTimes {
  readonly request_id: string;
  /** What the client calls it; null: it did not say. */
  readonly client_id: string | null;
  readonly arrived_ns: number;
  /** The prefill half's answer was read. Null where one engine does both halves. */
  readonly prefilled_ns: number | null;
  /** The answer of the engine that streams began. */
  readonly answered_ns: number | null;
  readonly ended_ns: number;
  readonly status: number;
}

export class RouterTracer {
  readonly #process: string;
  readonly #max_requests: number;
  readonly #spans: TraceSpan[] = [];
  readonly #names: Record<string, string> = {};
  #requests = 0;

  constructor(process: string, max_requests: number) {
    this.#process = process;
    this.#max_requests = max_requests;
  }

  log(): TraceLog {
    const dropped_requests = Math.max(0, this.#requests - this.#max_requests);
    return { spans: [...this.#spans], names: { ...this.#names }, dropped_requests };
  }

  ended(times: RouterTimes): void {
    this.#requests++;
    if (this.#requests > this.#max_requests) return;
    const { request_id, client_id, arrived_ns, prefilled_ns, answered_ns, ended_ns, status } = times;
    if (client_id !== null) this.#names[request_id] = client_id;
    const span = (name: string, start_ns: number, end_ns: number, args: TraceSpan["args"] = {}): void => {
      this.#spans.push({ process: this.#process, request_id, lane: "request", name, start_ns, end_ns, args });
    };
    span("request", arrived_ns, ended_ns, { status });
    if (prefilled_ns !== null) span("prefill half", arrived_ns, prefilled_ns);
    if (prefilled_ns !== null && answered_ns !== null) span("hand-over", prefilled_ns, answered_ns);
    if (answered_ns !== null) span("stream", answered_ns, ended_ns);
  }
}
