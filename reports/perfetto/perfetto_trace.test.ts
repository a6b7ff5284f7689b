import { expect, test } from "bun:test";
import type { TraceLog, TraceSpan } from "../../harness/domain/trace_span.ts";
import { requestRecord } from "../../harness/measure/request_fixture.ts";
import { followedRequests } from "./followed_requests.ts";
import { type PerfettoInput, renderPerfettoTrace } from "./perfetto_trace.ts";
import type { TraceEvent } from "./trace_event.ts";
import { traceFormatProblems } from "./trace_format_problems.ts";
import { traceProblems } from "./trace_problems.ts";

interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: Readonly<Record<string, string | number>>;
}

function span(
  process: string,
  request_id: string,
  name: string,
  start_ns: number,
  end_ns: number,
): TraceSpan {
  return { process, request_id, lane: "request", name, start_ns, end_ns, args: {} };
}

function logOf(spans: readonly TraceSpan[], names: TraceLog["names"] = {}): TraceLog {
  return { spans, names, dropped_requests: 0 };
}

/** One request, c-1: sent at 1,000, at the router 2,000, at the prefill engine 3,000 … 7,000, first token 9,000, last 12,000. */
function input(changes: Partial<PerfettoInput> = {}): PerfettoInput {
  const times = { intended_ns: 1_000, sent_ns: 1_000, first_token_ns: 9_000, last_token_ns: 12_000 };
  const record = requestRecord({ request_id: "c-1", ...times, token_ns: [9_000, 12_000] });
  const get: TraceSpan = { ...span("prefill-0", "e-1", "store get", 4_000, 5_000), lane: "get" };
  const engine = [
    span("prefill-0", "e-1", "request", 3_000, 7_000),
    span("prefill-0", "e-1", "queue", 3_000, 4_000),
    span("prefill-0", "e-1", "load", 4_000, 5_000),
    span("prefill-0", "e-1", "prefill", 5_000, 7_000),
    { ...get, args: { cpu_bytes: 64, disk_bytes: 0 } },
  ];
  // The router's clock is 100,000 behind.
  const router = [
    span("router", "r-1", "request", -98_000, -88_500),
    span("router", "r-1", "hand-over", -92_500, -91_500),
  ];
  return {
    arm: "only",
    pair_index: 0,
    records: [record],
    processes: [
      { log: logOf(engine, { "e-1": "r-1" }), offset_ns: 0, clock_error_ns: 0 },
      { log: logOf(router, { "r-1": "c-1" }), offset_ns: 100_000, clock_error_ns: 20 },
    ],
    max_requests: 10,
    ...changes,
  };
}

/** Whatever is rendered here is a valid file. */
function render(of: PerfettoInput): Trace {
  const text = renderPerfettoTrace(of);
  expect(traceFormatProblems(text)).toEqual([]);
  const trace: Trace = JSON.parse(text);
  return trace;
}

test("an arrow follows a request through every process, back to the client's first token", () => {
  const { traceEvents } = render(input());
  expect(traceProblems(traceEvents)).toEqual([]);
  const names = new Map(
    traceEvents.flatMap((event) =>
      event.ph === "M" && event.name === "process_name" ? [[event.pid, event.args["name"]] as const] : [],
    ),
  );
  const stops = traceEvents.flatMap((event) =>
    event.ph === "s" || event.ph === "t" || event.ph === "f"
      ? [[event.ph, names.get(event.pid), event.ts]]
      : [],
  );
  // µs after the send at 1,000 ns: the router's request is at 100,000 − 98,000 − 1,000 = 1 µs.
  expect(stops).toEqual([
    ["s", "client", 0],
    ["t", "router", 1],
    ["t", "prefill-0", 2],
    ["t", "prefill-0", 3],
    ["t", "router", 6.5],
    ["f", "client", 8],
  ]);
  expect([...followedRequests(traceEvents)]).toEqual([
    ["c-1", ["client", "router", "prefill-0", "router", "client"]],
  ]);
});

test("every process calls a request as the client does, and a GET says its bytes by tier", () => {
  const { traceEvents } = render(input());
  const slices = traceEvents.filter((event) => event.ph === "X");
  expect(new Set(slices.map(({ args }) => args["request"]))).toEqual(new Set(["c-1"]));
  expect(slices.find(({ name }) => name === "store get")?.args).toMatchObject({
    cpu_bytes: 64,
    disk_bytes: 0,
  });
});

test("requests that overlap are on tracks of their own, and a free track is used again", () => {
  const spans = [
    span("prefill-0", "a", "request", 0, 10),
    span("prefill-0", "b", "request", 5, 15),
    span("prefill-0", "c", "request", 10, 20),
  ];
  const { traceEvents } = render(
    input({ records: [], processes: [{ log: logOf(spans), offset_ns: 0, clock_error_ns: 0 }] }),
  );
  expect(traceProblems(traceEvents)).toEqual([]);
  const tids = traceEvents.flatMap((event) => (event.ph === "X" ? [[event.name, event.tid]] : []));
  expect(Object.fromEntries(tids)).toEqual({ a: 1, c: 1, b: 2 });
});

test("counters say how many wait and run at every change", () => {
  const { traceEvents } = render(input());
  const levels = traceEvents.flatMap((event) => (event.ph === "C" && event.pid === 3 ? [event.args] : []));
  // queue → load at 4,000 is one change of none: both wait.
  expect(levels).toEqual([
    { waiting: 1, running: 0 },
    { waiting: 1, running: 0 },
    { waiting: 0, running: 1 },
    { waiting: 0, running: 0 },
  ]);
});

test("a clock that is off by its error bends no arrow back, and the file says how far off it may be", () => {
  const of = input();
  const early = of.processes.map((process) => ({
    ...process,
    offset_ns: process.offset_ns === 0 ? 0 : process.offset_ns - 1_020, // the router seems to have it before it was sent
    clock_error_ns: 1_020,
  }));
  const { traceEvents, otherData } = render({ ...of, processes: early });
  expect(traceProblems(traceEvents)).toEqual([]);
  expect(otherData).toMatchObject({
    clock_error_us: 1.02,
    max_requests_per_process: 10,
    dropped_requests: 0,
  });
});

test("an arrow leaves out slices that seem to be over before it starts", () => {
  const of = input();
  // All of the router's seem to be 20,000 ns earlier: its last ends at −88,500 + 80,000 = −8,500, and the send is at 1,000.
  const early = of.processes.map((process) => ({
    ...process,
    offset_ns: process.offset_ns === 0 ? 0 : process.offset_ns - 20_000,
    clock_error_ns: 20_000,
  }));
  const { traceEvents } = render({ ...of, processes: early });
  expect(traceProblems(traceEvents)).toEqual([]);
  expect([...followedRequests(traceEvents)]).toEqual([["c-1", ["client", "prefill-0", "client"]]]);
});

test("the checks see slices that cross, arrows without an end and counters that stay up", () => {
  const slice = (ts: number, dur: number): TraceEvent => {
    return { ph: "X", name: `${ts}`, cat: "request", pid: 1, tid: 1, ts, dur, args: {} };
  };
  expect(traceProblems([slice(0, 10), slice(5, 10)])).toHaveLength(1);
  expect(traceProblems([slice(5, 1), slice(0, 1)])).toHaveLength(1);
  const arrow: TraceEvent = { ph: "s", bp: "e", name: "a", cat: "request", id: 1, pid: 1, tid: 1, ts: 3 };
  expect(traceProblems([slice(0, 10), arrow])).toEqual(["arrow 1 is s"]);
  expect(traceProblems([arrow, { ...arrow, ph: "f" }])).toHaveLength(2); // touches no slice, twice
  expect(
    traceProblems([{ ph: "C", name: "requests", pid: 1, tid: 0, ts: 0, args: { running: 1 } }]),
  ).toHaveLength(1);
});
