// GET /trace of an engine or router: the spans of the requests since POST /trace, and the process's time, so that who reads it
// can lay the processes' clocks on each other (with spans=false, the time alone). Until a POST asks for it nothing is kept.

import type { Clock } from "../clock/clock.ts";
import type { TraceLog } from "../domain/trace_span.ts";
import type { HttpRoute } from "./loopback_http.ts";
import { badRequest, errorResponse } from "./openai/openai_error.ts";

export interface TraceAnswer extends TraceLog {
  readonly now_ns: number;
}

const NO_LOG: TraceLog = { spans: [], names: {}, dropped_requests: 0 };

/** `start` begins a new log of at most so many requests. */
export function traceRoutes(
  clock: Clock,
  start: (max_requests: number) => void,
  read: () => TraceLog | null,
): readonly (readonly [string, HttpRoute])[] {
  return [
    [
      "POST /trace",
      (_, url) => {
        const max_requests = Number(url.searchParams.get("max_requests"));
        if (!Number.isInteger(max_requests) || max_requests < 1) {
          return errorResponse(
            badRequest("max_requests: must be a whole number from 1. Use for example 1000."),
          );
        }
        start(max_requests);
        return Response.json({ max_requests });
      },
    ],
    [
      "GET /trace",
      (_, url) => {
        const log = url.searchParams.get("spans") === "false" ? null : read();
        return Response.json({ ...(log ?? NO_LOG), now_ns: clock.now_ns() } satisfies TraceAnswer);
      },
    ],
  ];
}
