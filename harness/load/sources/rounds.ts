// Sessions in step: every session sends its turn of a round, `concurrency` at a time in the order of the workload, and no session
// sends its next turn before all have finished this one. What a barrier measures is the history of everyone, once everyone's
// last prompt is in the cache. Turns have no think time here; a session that failed or has no more turns is waited for no longer.

import { assert } from "../../domain/assert.ts";
import type { Session } from "../../domain/session.ts";
import type { LoadSource, ScheduledRequest, SourceState } from "./load_source.ts";
import { SessionSchedule } from "./session_schedule.ts";

export class Rounds implements LoadSource {
  readonly planned_requests: number;
  readonly #schedule: SessionSchedule;
  readonly #concurrency: number;
  /** Sessions that are still going. */
  #going: number[];
  #round = 0;
  /** Of #going: who has not sent in this round yet. */
  #unsent: number[] = [];
  #running = 0;
  readonly #failed = new Set<number>();

  constructor(sessions: readonly Session[], concurrency: number) {
    assert(concurrency > 0, "rounds have a slot");
    this.#schedule = new SessionSchedule(sessions);
    this.planned_requests = this.#schedule.planned_requests;
    this.#concurrency = concurrency;
    this.#going = sessions.map((_, session_index) => session_index);
    this.#startRound(0);
  }

  next(now_ns: number): SourceState {
    return this.#schedule.next(now_ns);
  }

  finished(request: ScheduledRequest, now_ns: number, failed: boolean): void {
    const { session_index } = request;
    this.#schedule.finish(request);
    this.#running--;
    if (failed) this.#failed.add(session_index);
    this.#fillSlots(now_ns);
    if (this.#running > 0) return;
    this.#round++;
    this.#startRound(now_ns);
  }

  #startRound(now_ns: number): void {
    const turn_index = this.#round;
    this.#going = this.#going.filter(
      (session_index) =>
        !this.#failed.has(session_index) && this.#schedule.turn({ session_index, turn_index }) !== undefined,
    );
    this.#unsent = [...this.#going].reverse();
    this.#fillSlots(now_ns);
  }

  #fillSlots(now_ns: number): void {
    while (this.#running < this.#concurrency) {
      const session_index = this.#unsent.pop();
      if (session_index === undefined) return;
      this.#schedule.add({ session_index, turn_index: this.#round }, now_ns);
      this.#running++;
    }
  }
}
