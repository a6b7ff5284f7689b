import { expect, test } from "bun:test";
import type { Session } from "../../domain/session.ts";
import { Rounds } from "./rounds.ts";
import { DrivenSource } from "./source_fixture.ts";

function client(session_id: string, turns: number): Session {
  const turn = { prompt: [], output_tokens: 1, think_ns: 9, at_ns: null };
  return { session_id, in_step: true, turns: Array.from({ length: turns }, () => turn) };
}

test("no client starts a round before all have finished the one before", () => {
  const rounds = new Rounds([client("a", 2), client("b", 2)], 8);
  expect(rounds.planned_requests).toBe(4);
  const source = new DrivenSource(rounds);
  expect(source.sendDue(0)).toEqual(["a/0@0", "b/0@0", "blocked"]);
  source.finished("a/0", 100, false);
  expect(source.sendDue(1_000)).toEqual(["blocked"]);
  source.finished("b/0", 5_000, false);
  expect(source.sendDue(5_000)).toEqual(["a/1@5000", "b/1@5000", "blocked"]);
  source.finished("b/1", 6_000, false);
  source.finished("a/1", 7_000, false);
  expect(source.sendDue(7_000)).toEqual(["done"]);
});

test("as many requests as slots run at a time, in the order of the workload, within a round", () => {
  const source = new DrivenSource(new Rounds([client("a", 2), client("b", 1), client("c", 2)], 2));
  expect(source.sendDue(0)).toEqual(["a/0@0", "b/0@0", "blocked"]);
  source.finished("b/0", 10, false);
  expect(source.sendDue(10)).toEqual(["c/0@10", "blocked"]);
  source.finished("a/0", 20, false);
  expect(source.sendDue(20)).toEqual(["blocked"]); // c is not done, and b has no second turn
  source.finished("c/0", 30, false);
  expect(source.sendDue(30)).toEqual(["a/1@30", "c/1@30", "blocked"]);
});

test("a client whose request failed leaves the rounds, and the others go on", () => {
  const source = new DrivenSource(new Rounds([client("a", 3), client("b", 3)], 2));
  source.sendDue(0);
  source.finished("a/0", 10, true);
  expect(source.sendDue(10)).toEqual(["blocked"]);
  source.finished("b/0", 20, false);
  expect(source.sendDue(20)).toEqual(["b/1@20", "blocked"]);
  source.finished("b/1", 30, true);
  expect(source.sendDue(30)).toEqual(["done"]);
});
