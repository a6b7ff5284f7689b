// Which turn is due when, and which are running: the bookkeeping that every source shares. The source decides the times.
//
// Order is total: (intended_ns, session order, turn), so equal times are sent in the order of the workload.

import { TimeHeap } from "../../clock/time_heap.ts";
import { assert, present } from "../../domain/assert.ts";
import type { Session, Turn } from "../../domain/session.ts";
import type { ScheduledRequest, SourceState } from "./load_source.ts";

/** A turn of the workload: indices into sessions and into the session's turns. */
export interface TurnRef {
  readonly session_index: number;
  readonly turn_index: number;
}

/** A turn's place among those of equal times: session_index × TURNS + turn_index. */
const TURNS: number = 2 ** 21;

export class SessionSchedule {
  readonly planned_requests: number;
  readonly #sessions: readonly Session[];
  /** Session indices, by intended time and place. */
  readonly #due = new TimeHeap();
  readonly #running = new Map<string, TurnRef>();
  readonly #ended_sessions = new Set<number>();

  constructor(sessions: readonly Session[]) {
    this.#sessions = sessions;
    this.planned_requests = sessions.reduce((sum, session) => sum + session.turns.length, 0);
  }

  turn({ session_index, turn_index }: TurnRef): Turn | undefined {
    return this.#sessions[session_index]?.turns[turn_index];
  }

  add({ session_index, turn_index }: TurnRef, intended_ns: number): void {
    assert(turn_index < TURNS, "a session has less than two million turns");
    this.#due.push(intended_ns, session_index * TURNS + turn_index, session_index);
  }

  next(now_ns: number): SourceState {
    this.#dropEnded();
    if (this.#due.length === 0) return { state: this.#running.size > 0 ? "blocked" : "done" };
    const { first_time_ns, first_order } = this.#due;
    if (first_time_ns > now_ns) return { state: "wait", until_ns: first_time_ns };
    const session_index = this.#due.pop();
    return { state: "send", request: this.#start(session_index, first_order % TURNS, first_time_ns) };
  }

  /** Takes the request off the running ones and says which turn it was. */
  finish(request_id: string): TurnRef {
    const ref = present(this.#running.get(request_id), `request ${request_id} is running`);
    this.#running.delete(request_id);
    return ref;
  }

  /** Turns of this session that are due and not yet sent are dropped. */
  endSession(session_index: number): void {
    this.#ended_sessions.add(session_index);
  }

  #start(session_index: number, turn_index: number, intended_ns: number): ScheduledRequest {
    const session = present(this.#sessions[session_index], "a due turn belongs to a session");
    const turn = present(session.turns[turn_index], "a due turn exists");
    const { session_id } = session;
    const request_id = `${session_id}/${turn_index}`;
    assert(!this.#running.has(request_id), `request ${request_id} is sent once; session ids are unique`);
    this.#running.set(request_id, { session_index, turn_index });
    const turn_count = session.turns.length;
    return { request_id, session_id, turn_index, turn_count, turn, intended_ns };
  }

  #dropEnded(): void {
    if (this.#ended_sessions.size === 0) return;
    while (this.#due.length > 0 && this.#ended_sessions.has(this.#due.first_value)) this.#due.pop();
  }
}
