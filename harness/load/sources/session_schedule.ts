// Which turn is due when, and which are running: the bookkeeping that every source shares. The source decides the times.
//
// Order is total: (intended_ns, session order, turn), so equal times are sent in the order of the workload.

import { TimeHeap } from "../../clock/time_heap.ts";
import { assert, present } from "../../domain/assert.ts";
import type { Session, Turn } from "../../domain/session.ts";
import type { ScheduledRequest, SourceState, TurnRef } from "./load_source.ts";

/** A turn's place among those of equal times: session_index × TURNS + turn_index. */
const TURNS: number = 2 ** 21;

export class SessionSchedule {
  readonly planned_requests: number;
  readonly #sessions: readonly Session[];
  /** Session indices, by intended time and place. */
  readonly #due = new TimeHeap();
  /** [session]: where its turns begin in #running. */
  readonly #first_turns: Uint32Array;
  /** [planned_requests]: 1 while the request is running. */
  readonly #running: Uint8Array;
  #running_count = 0;
  readonly #ended_sessions = new Set<number>();

  constructor(sessions: readonly Session[]) {
    this.#sessions = sessions;
    this.#first_turns = new Uint32Array(sessions.length);
    let planned_requests = 0;
    for (let i = 0; i < sessions.length; i++) {
      this.#first_turns[i] = planned_requests;
      planned_requests += (sessions[i] as Session).turns.length;
    }
    this.planned_requests = planned_requests;
    this.#running = new Uint8Array(planned_requests);
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
    if (this.#due.length === 0) return { state: this.#running_count > 0 ? "blocked" : "done" };
    const { first_time_ns, first_order } = this.#due;
    if (first_time_ns > now_ns) return { state: "wait", until_ns: first_time_ns };
    const session_index = this.#due.pop();
    return { state: "send", request: this.#start(session_index, first_order % TURNS, first_time_ns) };
  }

  /** Takes the request off the running ones. */
  finish(request: ScheduledRequest): void {
    const place = this.#placeOf(request);
    assert(this.#running[place] === 1, "a request that finishes is running");
    this.#running[place] = 0;
    this.#running_count--;
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
    const turn_count = session.turns.length;
    const request = { request_id, session_id, session_index, turn_index, turn_count, turn, intended_ns };
    const place = this.#placeOf(request);
    assert(this.#running[place] === 0, "a request is sent once");
    this.#running[place] = 1;
    this.#running_count++;
    return request;
  }

  #placeOf({ session_index, turn_index }: TurnRef): number {
    return (this.#first_turns[session_index] as number) + turn_index;
  }

  #dropEnded(): void {
    if (this.#ended_sessions.size === 0) return;
    while (this.#due.length > 0 && this.#ended_sessions.has(this.#due.first_value)) this.#due.pop();
  }
}
