// One arm of a run as a timeline for Perfetto: each process a group of tracks, each request a slice with its stages inside,
// each GET, PUT and hand-over a slice with its bytes by tier, an arrow that follows a request from process to process, and
// counters of what waits and runs. Times are µs after the first of the trace.

import type { RequestRecord } from "../../harness/domain/request_record.ts";
import type { TraceLog, TraceSpan } from "../../harness/domain/trace_span.ts";
import { NS_PER_US } from "../../harness/domain/units.ts";
import { counterEvents } from "./counter_events.ts";
import { flowEvents } from "./flow_events.ts";
import { type NamedSpan, type PlacedSpan, placeSpans, trackName } from "./placed_span.ts";
import type { TraceEvent } from "./trace_event.ts";

export interface TracedProcess {
  readonly log: TraceLog;
  /** Added to its times to have them on the clock of the records. */
  readonly offset_ns: number;
  /** By how much that may be wrong; 0: it reads the same clock. */
  readonly clock_error_ns: number;
}

export interface PerfettoInput {
  readonly arm: string;
  readonly pair_index: number;
  readonly records: readonly RequestRecord[];
  readonly processes: readonly TracedProcess[];
  /** Each process kept spans of so many requests at most. */
  readonly max_requests: number;
}

const CLIENT = "client";

export function renderPerfettoTrace(input: PerfettoInput): string {
  const processes = input.processes.filter(({ log }) => log.spans.length > 0).toSorted(routerFirst);
  const all = [clientSpans(input.records), ...processes.map(namedSpans(idsOf(processes)))].flat();
  const base_ns = all.reduce(
    (least_ns, { start_ns }) => Math.min(least_ns, start_ns),
    Number.POSITIVE_INFINITY,
  );
  const by_process = Map.groupBy(
    all.map((span) => shifted(span, -base_ns)),
    ({ process }) => process,
  );
  const placed = [...by_process.values()].flatMap((spans, i) => placeSpans(i + 1, spans));
  const traceEvents = [
    ...[...by_process.keys()].flatMap((name, i) => processEvents(name, i + 1)),
    ...trackEvents(placed),
    ...placed.toSorted(byTrack).map(sliceEvent),
    ...arrows(placed),
    ...[...by_process.keys()].flatMap((_, i) =>
      counterEvents(
        i + 1,
        placed.filter(({ pid }) => pid === i + 1),
      ),
    ),
  ];
  return `${JSON.stringify({ traceEvents, displayTimeUnit: "ms", otherData: facts(input) })}\n`;
}

function routerFirst(a: TracedProcess, b: TracedProcess): number {
  const rank = ({ log }: TracedProcess): number => (log.spans[0]?.process === "router" ? 0 : 1);
  return rank(a) - rank(b);
}

/** What a reader must know of the file. */
function facts({ arm, pair_index, processes, max_requests }: PerfettoInput): Record<string, string | number> {
  const dropped = processes.map(({ log }) => log.dropped_requests);
  const errors_ns = processes.map(({ clock_error_ns }) => clock_error_ns);
  return {
    arm,
    pair_index,
    max_requests_per_process: max_requests,
    dropped_requests: Math.max(0, ...dropped),
    clock_error_us: Math.max(0, ...errors_ns) / NS_PER_US,
    counters: "of traced requests",
  };
}

/** What the client saw: the whole request, and in it the wait for its first token and the answer. */
function clientSpans(records: readonly RequestRecord[]): NamedSpan[] {
  return records.flatMap((record) => {
    const { request_id, sent_ns, first_token_ns } = record;
    const end_ns = record.last_token_ns ?? sent_ns;
    const common = { process: CLIENT, request_id, client_id: request_id, lane: "request", args: {} } as const;
    const whole = { ...common, name: "request", start_ns: sent_ns, end_ns, args: clientArgs(record) };
    if (first_token_ns === null) return [whole];
    return [
      whole,
      { ...common, name: "first token", start_ns: sent_ns, end_ns: first_token_ns },
      { ...common, name: "stream", start_ns: first_token_ns, end_ns },
    ];
  });
}

function clientArgs(record: RequestRecord): TraceSpan["args"] {
  const { session_id, turn_index, input_tokens, output_tokens, sent_ns, intended_ns, error } = record;
  return {
    session_id,
    turn_index,
    input_tokens,
    output_tokens,
    schedule_lag_us: (sent_ns - intended_ns) / NS_PER_US,
    ...(error === null ? {} : { error: error.code }),
  };
}

/** Every name that a process gives, and what its caller calls the same. */
function idsOf(processes: readonly TracedProcess[]): ReadonlyMap<string, string> {
  return new Map(processes.flatMap(({ log }) => Object.entries(log.names)));
}

function namedSpans(caller_of: ReadonlyMap<string, string>): (process: TracedProcess) => NamedSpan[] {
  const clientId = (request_id: string): string => {
    const caller_id = caller_of.get(request_id);
    return caller_id === undefined || caller_id === request_id ? request_id : clientId(caller_id);
  };
  return ({ log, offset_ns }) =>
    log.spans.map((span) => ({ ...shifted(span, offset_ns), client_id: clientId(span.request_id) }));
}

function shifted<Span extends TraceSpan>(span: Span, by_ns: number): Span {
  return { ...span, start_ns: span.start_ns + by_ns, end_ns: span.end_ns + by_ns };
}

function processEvents(name: string, pid: number): TraceEvent[] {
  return [
    { ph: "M", name: "process_name", pid, tid: 0, args: { name } },
    { ph: "M", name: "process_sort_index", pid, tid: 0, args: { sort_index: pid } },
  ];
}

function trackEvents(placed: readonly PlacedSpan[]): TraceEvent[] {
  const tracks = new Map(placed.map(({ pid, tid }) => [`${pid}/${tid}`, { pid, tid }]));
  return [...tracks.values()].map(({ pid, tid }) => {
    return { ph: "M", name: "thread_name", pid, tid, args: { name: trackName(tid) } };
  });
}

/** Along each track, the enclosing slice first. */
function byTrack(a: PlacedSpan, b: PlacedSpan): number {
  return a.pid - b.pid || a.tid - b.tid || a.start_ns - b.start_ns || b.end_ns - a.end_ns;
}

function sliceEvent({ pid, tid, name, lane, start_ns, end_ns, client_id, args }: PlacedSpan): TraceEvent {
  const shown = name === "request" ? client_id : name;
  const ts = start_ns / NS_PER_US;
  const dur = (end_ns - start_ns) / NS_PER_US;
  return { ph: "X", name: shown, cat: lane, pid, tid, ts, dur, args: { request: client_id, ...args } };
}

function arrows(placed: readonly PlacedSpan[]): TraceEvent[] {
  const by_request = [...Map.groupBy(placed, ({ client_id }) => client_id).values()];
  return by_request.flatMap((spans, i) => {
    const own = spans.filter(({ process }) => process === CLIENT);
    const client = own.find(({ name }) => name === "request");
    const stream = own.find(({ name }) => name === "stream") ?? null;
    if (client === undefined) return [];
    return flowEvents(
      i + 1,
      client,
      stream,
      spans.filter(({ process }) => process !== CLIENT),
    );
  });
}
