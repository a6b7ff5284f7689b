import { expect, test } from "bun:test";
import type { EngineEffect, EngineEvent } from "./engine_api.ts";
import type { RequestTimeline } from "./request_timeline.ts";
import { RequestTracer, stagesOf } from "./request_tracer.ts";

const TIMELINE: RequestTimeline = {
  arrived_ns: 10,
  waits: [
    { stage: "lookup", start_ns: 10, end_ns: 14 },
    { stage: "load", start_ns: 20, end_ns: 30 },
  ],
  scheduled_ns: 35,
  first_token_ns: 60,
};

test("stages lie side by side from arrival to end: what is not waited for is queue, then prefill, then decode", () => {
  expect(stagesOf(TIMELINE, 100).map(({ name, start_ns, end_ns }) => [name, start_ns, end_ns])).toEqual([
    ["lookup", 10, 14],
    ["queue", 14, 20],
    ["load", 20, 30],
    ["queue", 30, 35],
    ["prefill", 35, 60],
    ["decode", 60, 100],
  ]);
});

test("a load in the middle of the prefill, after a hand-off, parts the prefill", () => {
  const handoff = { ...TIMELINE, waits: [{ stage: "load" as const, start_ns: 40, end_ns: 50 }] };
  expect(stagesOf(handoff, 60).map(({ name, start_ns, end_ns }) => [name, start_ns, end_ns])).toEqual([
    ["queue", 10, 35],
    ["prefill", 35, 40],
    ["load", 40, 50],
    ["prefill", 50, 60],
  ]);
});

test("a request that ended before it ran has only waited", () => {
  const timeline = { arrived_ns: 10, waits: [], scheduled_ns: null, first_token_ns: null };
  expect(stagesOf(timeline, 25)).toEqual([{ name: "queue", start_ns: 10, end_ns: 25 }]);
});

const GET_DONE: EngineEvent = {
  type: "get_done",
  op_id: 7,
  outcomes: [
    { code: 64, tier: "cpu", remote: true, stale: false },
    { code: 64, tier: "disk", remote: false, stale: false },
    { code: -704, tier: null, remote: false, stale: false },
  ],
};

function arrived(request_id: string): EngineEvent {
  const request = {
    ...{ request_id, prompt_tokens: 4, prompt_block_hashes: [], tail_token_ids: [], max_tokens: 1 },
    ...{ do_remote_decode: false, remote: null, transfer_id: null },
  };
  return { type: "request_arrived", request };
}

function getOf(request_id: string): EngineEffect {
  const keys = ["a", "b", "c"];
  return {
    ...{ type: "get", op_id: 7, request_id, tp_rank: 0, keys, hashes: [], block_ids: [], weights_version: 1 },
  };
}

test("a GET is a span from its effect to its answer, with keys and bytes by tier", () => {
  const tracer = new RequestTracer("prefill-0", 1);
  tracer.observe(arrived("r"), [getOf("r")], 20);
  tracer.observe(GET_DONE, [], 30);
  expect(tracer.log().spans).toEqual([
    {
      process: "prefill-0",
      request_id: "r",
      lane: "get",
      name: "store get",
      start_ns: 20,
      end_ns: 30,
      args: {
        ...{ keys: 3, cpu_keys: 1, disk_keys: 1, failed_keys: 1 },
        ...{ cpu_bytes: 64, disk_bytes: 64, remote_bytes: 64 },
      },
    },
  ]);
});

test("requests beyond the bound are counted and leave no span", () => {
  const tracer = new RequestTracer("prefill-0", 1);
  tracer.observe(arrived("r"), [], 10);
  tracer.observe(arrived("s"), [getOf("s")], 20);
  tracer.observe(GET_DONE, [], 30);
  expect(tracer.log()).toMatchObject({ spans: [], dropped_requests: 1 });
});
