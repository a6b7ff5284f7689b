import { expect, test } from "bun:test";
import type { PromptSpan, Session, Turn } from "../../domain/session.ts";
import { DrivenSource } from "./source_fixture.ts";
import { TraceTimes } from "./trace_times.ts";

function turn(at_ns: number | null, prompt: PromptSpan[] = [], think_ns = 0): Turn {
  return { prompt, output_tokens: 1, think_ns, at_ns };
}

const QUOTE: PromptSpan = { kind: "answer", turn_index: 0 };

test("turns are sent at their times divided by the speedup, answered or not, ties in session order", () => {
  const sessions: Session[] = [
    { session_id: "late", turns: [turn(3_000)] },
    { session_id: "x", turns: [turn(1_001)] },
    { session_id: "y", turns: [turn(1_001)] },
  ];
  const source = new DrivenSource(new TraceTimes(sessions, 2));
  expect(source.next(0)).toEqual({ state: "wait", until_ns: 501 }); // 1,001 / 2 rounds to 501
  expect(source.sendDue(1_500)).toEqual(["x/0@501", "y/0@501", "late/0@1500", "blocked"]);
});

test("a turn that quotes an answer waits for it, and one without a time follows after its think time", () => {
  const sessions: Session[] = [{ session_id: "s", turns: [turn(0), turn(100, [QUOTE]), turn(null, [], 40)] }];
  const source = new DrivenSource(new TraceTimes(sessions, 1));
  expect(source.sendDue(1_000)).toEqual(["s/0@0", "blocked"]);
  source.finished("s/0", 1_000, false);
  expect(source.sendDue(1_000)).toEqual(["s/1@1000", "blocked"]); // its time, 100, has passed: the answer came at 1,000
  source.finished("s/1", 1_200, false);
  expect(source.sendDue(1_240)).toEqual(["s/2@1240", "blocked"]);
  source.finished("s/2", 1_300, false);
  expect(source.next(1_300)).toEqual({ state: "done" });
});

test("after a failure the session's later turns are not sent", () => {
  const sessions: Session[] = [{ session_id: "s", turns: [turn(0), turn(100)] }];
  const source = new DrivenSource(new TraceTimes(sessions, 1));
  expect(source.sendDue(0)).toEqual(["s/0@0", "wait 100"]);
  source.finished("s/0", 10, true);
  expect(source.next(500)).toEqual({ state: "done" });
});

test("sessions without times are refused", () => {
  expect(() => new TraceTimes([{ session_id: "s", turns: [turn(null)] }], 1)).toThrow(
    "need a time for turn 0 of s",
  );
});
