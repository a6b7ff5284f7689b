// Which turn is due when, and which are running: the bookkeeping that every source shares. The source decides the times.
//
// Order is total: (intended_ns, session order, turn), so equal times are sent in the order of the workload.

import { assert, present } from "../../domain/assert.ts";
import type { Session, Turn } from "../../domain/session.ts";
import type { ScheduledRequest, SourceState } from "./load_source.ts";

/** A turn of the workload: indices into sessions and into the session's turns. */
export interface TurnRef {
  readonly session_index: number;
  readonly turn_index: number;
}

interface Due extends TurnRef {
  readonly intended_ns: number;
}

export class SessionSchedule {
  readonly planned_requests: number;
  readonly #sessions: readonly Session[];
  /** Binary heap: the earliest is at 0. */
  readonly #due: Due[] = [];
  readonly #running = new Map<string, TurnRef>();
  readonly #ended_sessions = new Set<number>();

  constructor(sessions: readonly Session[]) {
    this.#sessions = sessions;
    this.planned_requests = sessions.reduce((sum, session) => sum + session.turns.length, 0);
  }

  turn({ session_index, turn_index }: TurnRef): Turn | undefined {
    return this.#sessions[session_index]?.turns[turn_index];
  }

  add(ref: TurnRef, intended_ns: number): void {
    assert(Number.isSafeInteger(intended_ns), "an intended time is a whole number of ns");
    this.#due.push({ ...ref, intended_ns });
    siftUp(this.#due);
  }

  next(now_ns: number): SourceState {
    this.#dropEnded();
    const first = this.#due[0];
    if (first === undefined) return { state: this.#running.size > 0 ? "blocked" : "done" };
    if (first.intended_ns > now_ns) return { state: "wait", until_ns: first.intended_ns };
    removeFirst(this.#due);
    return { state: "send", request: this.#start(first) };
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

  #start(due: Due): ScheduledRequest {
    const { session_index, turn_index, intended_ns } = due;
    const session = present(this.#sessions[session_index], "a due turn belongs to a session");
    const turn = present(session.turns[turn_index], "a due turn exists");
    const { session_id } = session;
    const request_id = `${session_id}/${turn_index}`;
    assert(!this.#running.has(request_id), `request ${request_id} is sent once; session ids are unique`);
    this.#running.set(request_id, due);
    const turn_count = session.turns.length;
    return { request_id, session_id, turn_index, turn_count, turn, intended_ns };
  }

  #dropEnded(): void {
    if (this.#ended_sessions.size === 0) return;
    for (let first = this.#due[0]; first !== undefined; first = this.#due[0]) {
      if (!this.#ended_sessions.has(first.session_index)) return;
      removeFirst(this.#due);
    }
  }
}

function isBefore(a: Due, b: Due): boolean {
  if (a.intended_ns !== b.intended_ns) return a.intended_ns < b.intended_ns;
  if (a.session_index !== b.session_index) return a.session_index < b.session_index;
  return a.turn_index < b.turn_index;
}

function siftUp(heap: Due[]): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, parent)) return;
    at = parent;
  }
}

function removeFirst(heap: Due[]): void {
  const last = present(heap.pop(), "an empty heap has no first");
  if (heap.length === 0) return;
  heap[0] = last;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const smaller = isBeforeAt(heap, left + 1, left) ? left + 1 : left;
    if (!swapIfBefore(heap, smaller, at)) return;
    at = smaller;
  }
}

function isBeforeAt(heap: readonly Due[], a: number, b: number): boolean {
  const first = heap[a];
  const second = heap[b];
  return first !== undefined && second !== undefined && isBefore(first, second);
}

/** Swaps the entries when the child belongs before its parent. */
function swapIfBefore(heap: Due[], child_at: number, parent_at: number): boolean {
  const child = heap[child_at];
  const parent = heap[parent_at];
  if (child === undefined || parent === undefined || !isBefore(child, parent)) return false;
  heap[child_at] = parent;
  heap[parent_at] = child;
  return true;
}
