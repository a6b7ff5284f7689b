import { expect, test } from "bun:test";
import type { Session } from "../../domain/session.ts";
import { ClosedLoop } from "./closed_loop.ts";
import { DrivenSource } from "./source_fixture.ts";

const THINK_NS = 500;

function conversation(session_id: string, turns: number): Session {
  return {
    session_id,
    turns: Array.from({ length: turns }, (_, i) => ({
      prompt: [],
      output_tokens: 1,
      think_ns: i === 0 ? 0 : THINK_NS,
      at_ns: null,
    })),
  };
}

function closedLoop(sessions: readonly Session[], concurrency: number): DrivenSource {
  return new DrivenSource(new ClosedLoop(sessions, concurrency));
}

test("as many sessions as slots begin at 0, in the order of the workload", () => {
  const source = closedLoop([conversation("a", 1), conversation("b", 1), conversation("c", 1)], 2);
  expect(source.sendDue(0)).toEqual(["a/0@0", "b/0@0", "blocked"]);
});

test("every turn of every session is planned, and a request finishes once", () => {
  const source = new ClosedLoop([conversation("a", 2), conversation("b", 1)], 2);
  expect(source.planned_requests).toBe(3);
  const sent = source.next(0);
  if (sent.state !== "send") throw new Error("a session begins at 0");
  source.finished(sent.request, 1, false);
  expect(() => source.finished(sent.request, 1, false)).toThrow("a request that finishes is running");
});

test("a turn follows its predecessor's end after the think time, and a finished session frees its slot at once", () => {
  const source = closedLoop([conversation("a", 2), conversation("b", 1)], 1);
  expect(source.sendDue(0)).toEqual(["a/0@0", "blocked"]);
  source.finished("a/0", 1_000, false);
  expect(source.sendDue(1_000)).toEqual(["wait 1500"]); // 1,000 + 500 of think time
  expect(source.sendDue(1_620)).toEqual(["a/1@1500", "blocked"]); // late by 120, and the intended time says so
  source.finished("a/1", 2_000, false);
  expect(source.sendDue(2_000)).toEqual(["b/0@2000", "blocked"]);
  source.finished("b/0", 2_100, false);
  expect(source.sendDue(2_100)).toEqual(["done"]);
});

test("a failed request ends its session and frees its slot", () => {
  const source = closedLoop([conversation("a", 3), conversation("b", 1)], 1);
  source.sendDue(0);
  source.finished("a/0", 40, true);
  expect(source.sendDue(40)).toEqual(["b/0@40", "blocked"]);
  source.finished("b/0", 50, false);
  expect(source.sendDue(1_000_000)).toEqual(["done"]);
});

test("turns that are due at the same time are sent in the order of their sessions", () => {
  const source = closedLoop([conversation("a", 2), conversation("b", 2), conversation("c", 2)], 3);
  source.sendDue(0);
  for (const request_id of ["c/0", "a/0", "b/0"]) source.finished(request_id, 100, false);
  expect(source.sendDue(600)).toEqual(["a/1@600", "b/1@600", "c/1@600", "blocked"]);
});
