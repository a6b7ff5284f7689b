// The arrow of a request: from the client's send through router, prefill engine, store and decode engine to its first token.

import { NS_PER_US } from "../../harness/domain/units.ts";
import type { PlacedSpan } from "./placed_span.ts";
import type { TraceEvent } from "./trace_event.ts";

/** Stages at which a request comes to another process, or back. */
const STEPS = new Set(["request", "store get", "pull hand-over", "hand-over"]);

/** Of one request: `client` is the client's whole span, `stream` its answer; null where it has none: then nothing comes back. */
export function flowEvents(
  id: number,
  client: PlacedSpan,
  stream: PlacedSpan | null,
  elsewhere: readonly PlacedSpan[],
): TraceEvent[] {
  const steps = elsewhere
    .filter(({ lane, name }) => lane !== "put" && STEPS.has(name))
    .toSorted((a, b) => a.start_ns - b.start_ns);
  const last = stream ?? steps.at(-1);
  if (last === undefined || steps.length === 0) return [];
  const stops = stream === null ? steps.slice(0, -1) : steps;
  let now_ns = client.start_ns;
  /**
   * Clocks of processes agree to within their error: an arrow does not go back for it, and leaves out a slice that seems to be
   * over. A viewer takes a slice for open from its start until before its end.
   */
  const event = (ph: "s" | "t" | "f", { pid, tid, start_ns, end_ns }: PlacedSpan): TraceEvent[] => {
    const at_ns = Math.max(now_ns, start_ns);
    if (at_ns > start_ns && at_ns >= end_ns) return [];
    now_ns = at_ns;
    return [{ ph, bp: "e", name: client.client_id, cat: "request", id, pid, tid, ts: at_ns / NS_PER_US }];
  };
  const start = event("s", client);
  const middle = stops.flatMap((stop) => event("t", stop));
  const end = event("f", last);
  return end.length === 0 ? [] : [...start, ...middle, ...end];
}
