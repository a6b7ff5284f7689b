import { expect, test } from "bun:test";
import { traceFormatProblems } from "./trace_format_problems.ts";

const NAMES = [
  { ph: "M", name: "process_name", pid: 1, tid: 0, args: { name: "client" } },
  { ph: "M", name: "thread_name", pid: 1, tid: 1, args: { name: "request 1" } },
  { ph: "M", name: "process_name", pid: 2, tid: 0, args: { name: "router" } },
  { ph: "M", name: "thread_name", pid: 2, tid: 1, args: { name: "request 1" } },
];
const SLICES = [
  { ph: "X", name: "c-1", cat: "request", pid: 1, tid: 1, ts: 0, dur: 10, args: { turn_index: 0 } },
  { ph: "X", name: "c-1", cat: "request", pid: 2, tid: 1, ts: 2, dur: 4, args: {} },
];
const flow = (ph: string, pid: number, ts: number, over: object = {}): object => ({
  ...{ ph, bp: "e", name: "c-1", cat: "request", id: 1, pid, tid: 1, ts },
  ...over,
});
const COUNTER = { ph: "C", name: "requests", pid: 2, tid: 0, ts: 2, args: { running: 1 } };

function problemsOf(...events: readonly object[]): string[] {
  return traceFormatProblems(JSON.stringify({ traceEvents: events, displayTimeUnit: "ms" }));
}

test("a file of named processes and tracks, slices, a whole flow and a counter has no problem", () => {
  expect(problemsOf(...NAMES, ...SLICES, flow("s", 1, 0), flow("t", 2, 2), flow("f", 1, 9), COUNTER)).toEqual(
    [],
  );
});

test("what is no such file at all is said", () => {
  expect(traceFormatProblems("{")[0]).toStartWith("not JSON");
  expect(traceFormatProblems("[]")).toEqual(["no list of traceEvents"]);
  expect(traceFormatProblems('{"traceEvents":[]}')).toEqual(["displayTimeUnit is undefined"]);
});

test("each field of an event has its type, and no other field is there", () => {
  const [slice] = SLICES;
  const problem = (over: object): string | undefined => problemsOf(...NAMES, { ...slice, ...over })[0];
  expect(problem({ dur: -1 })).toBe("event 4: dur is -1");
  expect(problem({ ts: "0" })).toBe('event 4: ts is "0"');
  expect(problem({ pid: 0 })).toBe("event 4: pid is 0");
  expect(problem({ tid: 1.5 })).toBe("event 4: tid is 1.5");
  expect(problem({ name: "" })).toBe('event 4: name is ""');
  expect(problem({ args: { of: null } })).toBe('event 4: args is {"of":null}');
  expect(problem({ cname: "good" })).toBe("event 4: cname is no field of X");
  expect(problem({ ph: "B" })).toBe("event 4: phase B is none of ours");
  expect(problemsOf({ ...COUNTER, args: {} })[0]).toBe("event 0: args is {}");
  expect(problemsOf({ ...NAMES[0], name: "thread_colour" })[0]).toContain("no metadata of ours");
});

test("a process or track is named once, before it is used", () => {
  expect(problemsOf(...SLICES)).toEqual([
    "process 1 has no name",
    "track 1/1 has no name",
    "process 2 has no name",
    "track 2/1 has no name",
  ]);
  expect(problemsOf(...NAMES, ...NAMES.slice(0, 1))).toEqual(["process 1 is named twice"]);
});

test("a flow has one start, before all else, and one end, after it, under one name", () => {
  const flows = (...ends: readonly object[]): string[] => problemsOf(...NAMES, ...SLICES, ...ends);
  expect(flows(flow("s", 1, 0))).toContain("flow 1 has 1 starts and 0 ends");
  expect(flows(flow("s", 1, 0), flow("s", 1, 1), flow("f", 1, 9))).toContain(
    "flow 1 has 2 starts and 1 ends",
  );
  expect(flows(flow("s", 1, 5), flow("t", 2, 2), flow("f", 1, 9))).toEqual([
    "flow 1 does not run from its start to its end",
  ]);
  expect(flows(flow("s", 1, 0), flow("f", 1, 9, { name: "c-2" }))).toEqual(["flow 1 has 2 names"]);
});

test("a flow's stop lies in a slice that is open: not before it, not at its end, not on another track", () => {
  const flows = (ts: number, pid = 2): string[] =>
    problemsOf(...NAMES, ...SLICES, flow("s", 1, 0), flow("t", pid, ts), flow("f", 1, 9));
  expect(flows(5.999)).toEqual([]);
  expect(flows(6)).toEqual(["flow 1: no slice is open at its t at 6"]);
  expect(flows(1)).toEqual(["flow 1: no slice is open at its t at 1"]);
});
