import { expect, test } from "bun:test";
import type { Session } from "../../domain/session.ts";
import { ClosedLoop } from "./closed_loop.ts";
import type { SourceState } from "./load_source.ts";
import { Phases, sessionsByPhase } from "./phases.ts";
import { DrivenSource } from "./source_fixture.ts";

function session(session_id: string, phase_index: number): Session {
  const turn = { prompt: [], output_tokens: 1, think_ns: 0, at_ns: null };
  return { session_id, phase_index, turns: [turn] };
}

function twoPhases(): Phases {
  const phases = sessionsByPhase([session("a", 0), session("b", 0), session("c", 1)]);
  return new Phases(phases.map((sessions) => new ClosedLoop(sessions, 8)));
}

function sent(state: SourceState): { request_id: string; intended_ns: number } | null {
  return state.state === "send" ? state.request : null;
}

test("a phase ends when its last request has, and the next waits until it is told to begin", () => {
  const source = twoPhases();
  expect(source.planned_requests).toBe(3);
  const phases = new DrivenSource(source);
  expect(sent(phases.next(0))?.request_id).toBe("a/0");
  expect(sent(phases.next(0))?.request_id).toBe("b/0");
  phases.finished("a/0", 5, false);
  expect(phases.next(5).state).toBe("blocked");
  phases.finished("b/0", 7, true);
  const barrier = phases.next(7);
  expect(barrier).toMatchObject({ state: "barrier", phase_index: 0 });
  if (barrier.state === "barrier") barrier.begin(100);
  expect(sent(phases.next(100))).toMatchObject({ request_id: "c/0", intended_ns: 100 });
  phases.finished("c/0", 101, false);
  expect(phases.next(101).state).toBe("done");
});

test("sessions without a phase are of the first", () => {
  const { phase_index: _, ...plain } = session("a", 0);
  expect(sessionsByPhase([session("b", 1), plain])).toEqual([[plain], [session("b", 1)]]);
});
