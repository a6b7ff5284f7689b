// How many of the traced requests wait and run at an engine, at every change.

import { NS_PER_US } from "../../harness/domain/units.ts";
import type { PlacedSpan } from "./placed_span.ts";
import type { TraceEvent } from "./trace_event.ts";

/** What a request in a stage does; in stages without a level it is elsewhere. */
const LEVEL_OF: Readonly<Record<string, "waiting" | "running">> = {
  queue: "waiting",
  lookup: "waiting",
  load: "waiting",
  prefill: "running",
  decode: "running",
};

export function counterEvents(pid: number, spans: readonly PlacedSpan[]): TraceEvent[] {
  const changes = spans.flatMap(({ lane, name, start_ns, end_ns }) => {
    const level = lane === "request" ? LEVEL_OF[name] : undefined;
    if (level === undefined) return [];
    return [
      { at_ns: start_ns, level, by: 1 },
      { at_ns: end_ns, level, by: -1 },
    ];
  });
  const levels = { waiting: 0, running: 0 };
  const at_times = Map.groupBy(
    changes.toSorted((a, b) => a.at_ns - b.at_ns),
    ({ at_ns }) => at_ns,
  );
  return [...at_times].map(([at_ns, together]): TraceEvent => {
    for (const { level, by } of together) levels[level] += by;
    return { ph: "C", name: "requests", pid, tid: 0, ts: at_ns / NS_PER_US, args: { ...levels } };
  });
}
