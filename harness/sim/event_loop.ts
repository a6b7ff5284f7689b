// Virtual time: events run in the order of EventHeap, each at its own time. An event's kind is also its priority among
// events of equal time, and the row it is counted in when somebody asks where the time goes.
//
// Work is what a run waits for. Background events (pings, heartbeats, ticks) go on for ever and keep nothing alive.

import { assert } from "../domain/assert.ts";
import { EventHeap } from "./event_heap.ts";

/** In order of priority: at one time, steps end before anything else happens, as the engine core expects. */
export const EVENT_KINDS = [
  "step",
  "rpc",
  "copy",
  "disk",
  "http",
  "load",
  "timeout",
  "deadline",
  "ping",
  "heartbeat",
  "disk_tick",
  "master_tick",
  "fault",
  "sample",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Kinds from here on are background. */
const FIRST_BACKGROUND = EVENT_KINDS.indexOf("timeout");

/** Something under way, which takes more than one event or exists anyway. */
export interface UnderWay {
  /** It is time to go on. */
  proceed(): void;
}

export type EventAction = (() => void) | UnderWay;

/** Host time of one event, or of a stretch of them: [kind]. */
export interface EventProfile {
  readonly counts: Float64Array;
  readonly host_ns: Float64Array;
}

export class EventLoop {
  readonly #heap = new EventHeap<EventAction>();
  readonly #counts = new Float64Array(EVENT_KINDS.length);
  readonly #host_ns = new Float64Array(EVENT_KINDS.length);
  /** Monotonic host time in ns; null: not measured. */
  readonly #stopwatch: (() => number) | null;
  #now_ns = 0;
  #pending_work = 0;

  constructor(stopwatch: (() => number) | null = null) {
    this.#stopwatch = stopwatch;
  }

  get now_ns(): number {
    return this.#now_ns;
  }

  /** Events pending that are not background. */
  get pending_work(): number {
    return this.#pending_work;
  }

  get profile(): EventProfile {
    return { counts: this.#counts, host_ns: this.#host_ns };
  }

  get event_count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** `time_ns` is not in the past. */
  at(time_ns: number, kind: EventKind, action: EventAction): void {
    const priority = PRIORITY[kind];
    assert(time_ns >= this.#now_ns, "an event lies in the future");
    if (priority < FIRST_BACKGROUND) this.#pending_work++;
    this.#heap.push(time_ns, priority, action);
  }

  /** Runs one event; false when none is left. */
  step(): boolean {
    if (this.#heap.length === 0) return false;
    const priority = this.#heap.next_priority;
    this.#now_ns = this.#heap.next_time_ns;
    if (priority < FIRST_BACKGROUND) this.#pending_work--;
    this.#counts[priority] = (this.#counts[priority] as number) + 1;
    const action = this.#heap.pop();
    if (this.#stopwatch === null) {
      carryOut(action);
      return true;
    }
    const started_ns = this.#stopwatch();
    carryOut(action);
    this.#host_ns[priority] = (this.#host_ns[priority] as number) + this.#stopwatch() - started_ns;
    return true;
  }
}

function carryOut(action: EventAction): void {
  if (typeof action === "function") action();
  else action.proceed();
}

const PRIORITY = Object.fromEntries(EVENT_KINDS.map((kind, i) => [kind, i])) as Record<EventKind, number>;
