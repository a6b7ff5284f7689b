// Open loop: sessions begin at the times of an arrival process, however many are still running. Later turns follow their
// predecessor's last token after their think time, as a user would.

import type { Random } from "../../clock/random.ts";
import type { Session } from "../../domain/session.ts";
import { type ArrivalProcess, arrivalTimes } from "./arrivals.ts";
import { type ClientShare, ownOf, WHOLE_LOAD } from "./client_share.ts";
import type { LoadSource, ScheduledRequest, SourceState } from "./load_source.ts";
import { SessionSchedule } from "./session_schedule.ts";

export interface OpenLoopArrivals {
  readonly process: ArrivalProcess;
  readonly rate_per_s: number;
  readonly burstiness_cv: number;
}

export class OpenLoop implements LoadSource {
  readonly planned_requests: number;
  readonly #schedule: SessionSchedule;

  /** Arrivals are those of all sessions, whichever of them are this client's. */
  constructor(
    sessions: readonly Session[],
    arrivals: OpenLoopArrivals,
    random: Random,
    share: ClientShare = WHOLE_LOAD,
  ) {
    this.#schedule = new SessionSchedule(ownOf(sessions, share));
    this.planned_requests = this.#schedule.planned_requests;
    const times = arrivalTimes(arrivals.process, arrivals.rate_per_s, arrivals.burstiness_cv, random);
    const begins_ns = sessions.map(() => times.next().value);
    for (const [session_index, begin_ns] of ownOf(begins_ns, share).entries())
      this.#schedule.add({ session_index, turn_index: 0 }, begin_ns);
  }

  next(now_ns: number): SourceState {
    return this.#schedule.next(now_ns);
  }

  finished(request: ScheduledRequest, now_ns: number, failed: boolean): void {
    const { session_index, turn_index } = request;
    this.#schedule.finish(request);
    const following = { session_index, turn_index: turn_index + 1 };
    const turn = this.#schedule.turn(following);
    if (turn !== undefined && !failed) this.#schedule.add(following, now_ns + turn.think_ns);
  }
}
