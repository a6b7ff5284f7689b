import { expect, test } from "bun:test";
import type { RunEvent } from "../../harness/measure/run_event.ts";
import { faultSpans } from "./fault_spans.ts";

const START_NS = 100e9;
const END_S = 20;

function event(at_s: number, detail: string, kind: RunEvent["kind"] = "fault"): RunEvent {
  return { at_ns: START_NS + at_s * 1e9, arm: "a", pair_index: 0, kind, detail };
}

test("a pause lasts until the process is resumed, a kill until the end", () => {
  const events = [
    event(1, "load", "phase"),
    event(2, "injected prefill-0: pause"),
    event(3, "injected owner-1: kill"),
    event(3.1, "owner-1 was killed by SIGKILL"),
    event(5, "injected prefill-0: resume"),
  ];
  expect(faultSpans(events, START_NS, END_S)).toEqual([
    { from_s: 2, to_s: 5, what: "prefill-0: pause" },
    { from_s: 3, to_s: END_S, what: "owner-1: kill; owner-1 was killed by SIGKILL" },
  ]);
});

test("a fault outside what is drawn stands at its edge", () => {
  expect(faultSpans([event(-1, "owner-0 ended"), event(30, "owner-1 ended")], START_NS, END_S)).toEqual([
    { from_s: 0, to_s: END_S, what: "owner-0 ended" },
    { from_s: END_S, to_s: END_S, what: "owner-1 ended" },
  ]);
});
