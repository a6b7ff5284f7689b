// What a reader of a timeline sees who follows a request's arrow: tests hold every one to it.

import type { TraceEvent } from "./trace_event.ts";

/** Request as the client calls it → the processes that its arrow visits, in order; stops in one process count once. */
export function followedRequests(events: readonly TraceEvent[]): Map<string, string[]> {
  const names = new Map(
    events.flatMap((event) =>
      event.ph === "M" && event.name === "process_name"
        ? [[event.pid, String(event.args["name"])] as const]
        : [],
    ),
  );
  const followed = new Map<string, string[]>();
  for (const event of events) {
    if (event.ph !== "s" && event.ph !== "t" && event.ph !== "f") continue;
    const visited = followed.get(event.name) ?? [];
    const process = names.get(event.pid) ?? `process ${event.pid}`;
    if (visited.at(-1) !== process) visited.push(process);
    followed.set(event.name, visited);
  }
  return followed;
}
