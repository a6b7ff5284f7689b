import { expect, test } from "bun:test";
import type { Session } from "../../domain/session.ts";
import { Rounds } from "./rounds.ts";

function client(session_id: string, turns: number): Session {
  const turn = { prompt: [], output_tokens: 1, think_ns: 9, at_ns: null };
  return { session_id, in_step: true, turns: Array.from({ length: turns }, () => turn) };
}

/** Sends everything that is due now: `id@intended_ns`, then the state that stopped the sending. */
function sendDue(source: Rounds, now_ns: number): string[] {
  const seen: string[] = [];
  for (;;) {
    const state = source.next(now_ns);
    if (state.state !== "send") return [...seen, state.state];
    seen.push(`${state.request.request_id}@${state.request.intended_ns}`);
  }
}

test("no client starts a round before all have finished the one before", () => {
  const source = new Rounds([client("a", 2), client("b", 2)], 8);
  expect(source.planned_requests).toBe(4);
  expect(sendDue(source, 0)).toEqual(["a/0@0", "b/0@0", "blocked"]);
  source.finished("a/0", 100, false);
  expect(sendDue(source, 1_000)).toEqual(["blocked"]);
  source.finished("b/0", 5_000, false);
  expect(sendDue(source, 5_000)).toEqual(["a/1@5000", "b/1@5000", "blocked"]);
  source.finished("b/1", 6_000, false);
  source.finished("a/1", 7_000, false);
  expect(sendDue(source, 7_000)).toEqual(["done"]);
});

test("as many requests as slots run at a time, in the order of the workload, within a round", () => {
  const source = new Rounds([client("a", 2), client("b", 1), client("c", 2)], 2);
  expect(sendDue(source, 0)).toEqual(["a/0@0", "b/0@0", "blocked"]);
  source.finished("b/0", 10, false);
  expect(sendDue(source, 10)).toEqual(["c/0@10", "blocked"]);
  source.finished("a/0", 20, false);
  expect(sendDue(source, 20)).toEqual(["blocked"]); // c is not done, and b has no second turn
  source.finished("c/0", 30, false);
  expect(sendDue(source, 30)).toEqual(["a/1@30", "c/1@30", "blocked"]);
});

test("a client whose request failed leaves the rounds, and the others go on", () => {
  const source = new Rounds([client("a", 3), client("b", 3)], 2);
  sendDue(source, 0);
  source.finished("a/0", 10, true);
  expect(sendDue(source, 10)).toEqual(["blocked"]);
  source.finished("b/0", 20, false);
  expect(sendDue(source, 20)).toEqual(["b/1@20", "blocked"]);
  source.finished("b/1", 30, true);
  expect(sendDue(source, 30)).toEqual(["done"]);
});
