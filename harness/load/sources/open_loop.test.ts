import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import type { Session } from "../../domain/session.ts";
import { OpenLoop } from "./open_loop.ts";
import { DrivenSource } from "./source_fixture.ts";

const turn = (think_ns: number) => ({ prompt: [], output_tokens: 1, think_ns, at_ns: null });
const SESSIONS: Session[] = ["a", "b", "c"].map((session_id) => ({
  session_id,
  turns: [turn(0), turn(250)],
}));

function constantLoop(): DrivenSource {
  const arrivals = { process: "constant", rate_per_s: 1e6, burstiness_cv: 1 } as const;
  return new DrivenSource(new OpenLoop(SESSIONS, arrivals, new Random(1)));
}

test("sessions begin at their arrival times however many are unanswered", () => {
  const source = constantLoop(); // one session every 1,000 ns
  expect(source.sendDue(2_000)).toEqual(["a/0@0", "b/0@1000", "c/0@2000", "blocked"]);
  expect(source.next(9_000)).toEqual({ state: "blocked" });
});

test("a later turn follows its predecessor after the think time, and a failed one ends its session", () => {
  const source = constantLoop();
  expect(source.next(0)).toMatchObject({ state: "send" });
  source.finished("a/0", 600, false);
  expect(source.next(600)).toEqual({ state: "wait", until_ns: 850 }); // 600 + 250
  expect(source.next(850)).toMatchObject({ state: "send", request: { request_id: "a/1", intended_ns: 850 } });
  expect(source.next(1_000)).toMatchObject({ state: "send", request: { request_id: "b/0" } });
  source.finished("b/0", 1_100, true);
  expect(source.next(1_999)).toEqual({ state: "wait", until_ns: 2_000 }); // c; b has no second turn
});
