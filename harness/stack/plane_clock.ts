// The clock of a process that gives native code deadlines: CLOCK_MONOTONIC as native code reads it, so that both mean the
// same by a time, and so do all processes that share a table of links. (Bun's own clocks, process.hrtime too, count from
// the start of the process.)

import type { DataPlane } from "../../native/ffi/data_plane.ts";
import type { Clock } from "../clock/clock.ts";

export class PlaneClock implements Clock {
  readonly #plane: Pick<DataPlane, "now_ns">;
  readonly #sleeper: Clock;

  /** `sleeper` is any running clock; it may count from elsewhere. */
  constructor(plane: Pick<DataPlane, "now_ns">, sleeper: Clock) {
    this.#plane = plane;
    this.#sleeper = sleeper;
  }

  now_ns(): number {
    return this.#plane.now_ns();
  }

  sleepUntil(deadline_ns: number, signal?: AbortSignal): Promise<void> {
    const left_ns = deadline_ns - this.now_ns();
    return this.#sleeper.sleepUntil(this.#sleeper.now_ns() + left_ns, signal);
  }

  wallTime(): string {
    return this.#sleeper.wallTime();
  }
}
