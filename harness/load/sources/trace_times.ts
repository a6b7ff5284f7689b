// Trace replay: a turn with a fixed time is sent at at_ns ÷ speedup whether or not others have finished, so a slow server
// meets the load that was recorded. Two kinds of turn wait for their predecessor: one without a time (think time after the
// last token, ÷ speedup too), and one that quotes an answer of its session (its time or the predecessor's end, whichever
// is later, because its prompt does not exist before).

import { assert } from "../../domain/assert.ts";
import type { Session, Turn } from "../../domain/session.ts";
import type { LoadSource, ScheduledRequest, SourceState } from "./load_source.ts";
import { SessionSchedule } from "./session_schedule.ts";

export class TraceTimes implements LoadSource {
  readonly planned_requests: number;
  readonly #schedule: SessionSchedule;
  readonly #speedup: number;

  constructor(sessions: readonly Session[], speedup: number) {
    assert(speedup > 0, "a speedup is positive");
    this.#speedup = speedup;
    this.#schedule = new SessionSchedule(sessions);
    this.planned_requests = this.#schedule.planned_requests;
    sessions.forEach((session, session_index) => {
      assert(
        session.turns[0]?.at_ns !== null,
        `trace arrivals need a time for turn 0 of ${session.session_id}`,
      );
      session.turns.forEach((turn, turn_index) => {
        const fixed_ns = this.#fixedTime(turn, turn_index);
        if (fixed_ns !== null) this.#schedule.add({ session_index, turn_index }, fixed_ns);
      });
    });
  }

  next(now_ns: number): SourceState {
    return this.#schedule.next(now_ns);
  }

  finished(request: ScheduledRequest, now_ns: number, failed: boolean): void {
    const { session_index, turn_index } = request;
    this.#schedule.finish(request);
    if (failed) {
      this.#schedule.endSession(session_index);
      return;
    }
    const following = { session_index, turn_index: turn_index + 1 };
    const turn = this.#schedule.turn(following);
    if (turn === undefined || this.#fixedTime(turn, following.turn_index) !== null) return;
    const due_ns =
      turn.at_ns === null ? now_ns + this.#sped(turn.think_ns) : Math.max(this.#sped(turn.at_ns), now_ns);
    this.#schedule.add(following, due_ns);
  }

  /** Null: the turn waits for its predecessor. */
  #fixedTime(turn: Turn, turn_index: number): number | null {
    const waits = turn_index > 0 && turn.prompt.some((span) => span.kind === "answer");
    return turn.at_ns === null || waits ? null : this.#sped(turn.at_ns);
  }

  #sped(ns: number): number {
    return Math.round(ns / this.#speedup);
  }
}
