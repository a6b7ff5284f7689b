// Spans on the tracks of a timeline: every process has lanes for requests, for what it gets and for what it puts.

import type { TraceSpan } from "../../harness/domain/trace_span.ts";
import { assignLanes } from "./assign_lanes.ts";

/** A span on the common clock, with the client's name of its request. */
export interface NamedSpan extends TraceSpan {
  readonly client_id: string;
}

export interface PlacedSpan extends NamedSpan {
  readonly pid: number;
  readonly tid: number;
}

/** First track of each kind of lane; a kind has room for this many. */
const LANES = 10_000;
const FIRST_TID: Readonly<Record<TraceSpan["lane"], number>> = { request: 1, get: LANES, put: 2 * LANES };

/** The request and its stages share a lane; transfers have lanes of their own, since they may overlap. */
export function placeSpans(pid: number, spans: readonly NamedSpan[]): PlacedSpan[] {
  const requests = spans.filter(({ lane, name }) => lane === "request" && name === "request");
  const tid_of = new Map(
    assignLanes(requests).map(({ item, lane }) => [item.request_id, FIRST_TID.request + lane]),
  );
  const in_requests = spans.flatMap((span): PlacedSpan[] => {
    const tid = span.lane === "request" ? tid_of.get(span.request_id) : undefined;
    return tid === undefined ? [] : [{ ...span, pid, tid }];
  });
  const transfers = (["get", "put"] as const).flatMap((lane) =>
    assignLanes(spans.filter((span) => span.lane === lane)).map(
      ({ item, lane: index }): PlacedSpan => ({ ...item, pid, tid: FIRST_TID[lane] + index }),
    ),
  );
  return [...in_requests, ...transfers];
}

export function trackName(tid: number): string {
  if (tid >= FIRST_TID.put) return `put ${tid - FIRST_TID.put + 1}`;
  return tid >= FIRST_TID.get ? `get ${tid - FIRST_TID.get + 1}` : `requests ${tid}`;
}
