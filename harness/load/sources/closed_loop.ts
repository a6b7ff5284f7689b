// Closed loop: `concurrency` sessions at a time, in the order of the workload. A turn follows its predecessor's last token
// after its think time; a session that finished or failed frees its slot at once. Offered load is an outcome here, not a
// setting: never sold as a request rate.

import { assert } from "../../domain/assert.ts";
import type { Session } from "../../domain/session.ts";
import type { LoadSource, ScheduledRequest, SourceState } from "./load_source.ts";
import { SessionSchedule } from "./session_schedule.ts";

export class ClosedLoop implements LoadSource {
  readonly planned_requests: number;
  readonly #schedule: SessionSchedule;
  readonly #session_count: number;
  #next_session = 0;

  constructor(sessions: readonly Session[], concurrency: number) {
    assert(
      Number.isSafeInteger(concurrency) && concurrency > 0,
      "closed-loop concurrency is a positive integer",
    );
    this.#schedule = new SessionSchedule(sessions);
    this.#session_count = sessions.length;
    this.planned_requests = this.#schedule.planned_requests;
    for (let slot = 0; slot < concurrency; slot++) this.#startSession(0);
  }

  next(now_ns: number): SourceState {
    return this.#schedule.next(now_ns);
  }

  finished(request: ScheduledRequest, now_ns: number, failed: boolean): void {
    const { session_index, turn_index } = request;
    this.#schedule.finish(request);
    const following = { session_index, turn_index: turn_index + 1 };
    const turn = this.#schedule.turn(following);
    if (turn === undefined || failed) this.#startSession(now_ns);
    else this.#schedule.add(following, now_ns + turn.think_ns);
  }

  #startSession(intended_ns: number): void {
    if (this.#next_session === this.#session_count) return;
    this.#schedule.add({ session_index: this.#next_session++, turn_index: 0 }, intended_ns);
  }
}
