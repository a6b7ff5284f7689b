import { expect, test } from "bun:test";
import type { RunEvent } from "../../harness/measure/run_event.ts";
import { reportFixture } from "../report_fixture.ts";
import type { ReportInput } from "../report_input.ts";
import { sampledArms, whyNotSampled } from "./sampled_arms.ts";

const FIXTURE = reportFixture({ arms: 1, pairs: 1 });
const ARM = "only";
const START_NS = Math.min(...FIXTURE.records.map(({ sent_ns }) => sent_ns));

function sample(at_s: number, values: Record<string, number>, pair_index = 0): RunEvent {
  return { at_ns: START_NS + at_s * 1e9, arm: ARM, pair_index, kind: "sample", detail: "gauges", values };
}

function withEvents(events: readonly RunEvent[]): ReportInput {
  return { ...FIXTURE, events };
}

const BOTH = {
  ...{
    "p/num_requests_running": 2,
    "d/num_requests_running": 3,
    "p/kv_cache_usage": 0.5,
    "d/kv_cache_usage": 0.1,
  },
  ...{ "master/allocated_bytes": 250, "master/total_capacity_bytes": 1000 },
};

test("engines are added up, their HBM use averaged, bytes set against capacity, of the first pair from its first send", () => {
  const events = [sample(-1, BOTH), sample(0.5, BOTH), sample(1, BOTH), sample(1, BOTH, 1)];
  const [arm] = sampledArms(withEvents(events));
  expect(arm?.at_s).toEqual([0.5, 1]);
  expect(arm?.running).toEqual([5, 5]);
  expect(arm?.hbm_pct).toEqual([30, 30]); // (50 % + 10 %) / 2
  expect(arm?.cpu_pct).toEqual([25, 25]); // 250 of 1000
});

test("a sample without one of the engines is a gap, not the sum of the others", () => {
  const events = [sample(0, BOTH), sample(0.5, { "p/num_requests_running": 2 }), sample(1, BOTH)];
  const [arm] = sampledArms(withEvents(events));
  expect(arm?.running).toEqual([5, null, 5]);
  expect(arm?.cpu_bytes).toEqual([250, null, 250]);
});

test("a field that no sample has, or a tier without capacity, is not known", () => {
  const off = { "master/allocated_file_size_bytes": 0, "master/total_file_capacity_bytes": 0 };
  const [arm] = sampledArms(withEvents([sample(0, off), sample(1, off)]));
  expect(arm?.disk_bytes).toEqual([0, 0]);
  expect(arm?.disk_pct).toEqual([null, null]);
  expect(arm?.waiting).toEqual([null, null]);
});

test("a run without samples says why", () => {
  expect(sampledArms(withEvents([]))).toEqual([]);
  expect(whyNotSampled(withEvents([]))).toBe("events.jsonl has no samples");
  expect(whyNotSampled(withEvents([sample(0, BOTH)]))).toBe("the load ended before a second sample");
});
