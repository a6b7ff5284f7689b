// A clock that stands still until it is moved. Sleepers wake in order of (deadline, sequence).

import { assert } from "../domain/assert.ts";
import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly deadline_ns: number;
  readonly sequence: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  #now_ns = 0;
  #sequence = 0;
  #sleepers: Sleeper[] = [];

  now_ns(): number {
    return this.#now_ns;
  }

  sleepUntil(deadline_ns: number, signal?: AbortSignal): Promise<void> {
    if (deadline_ns <= this.#now_ns || signal?.aborted === true) return Promise.resolve();
    return new Promise((wake) => {
      signal?.addEventListener("abort", () => wake(), { once: true });
      this.#sleepers.push({ deadline_ns, sequence: this.#sequence++, wake });
      this.#sleepers.sort((a, b) => a.deadline_ns - b.deadline_ns || a.sequence - b.sequence);
    });
  }

  wallTime(): string {
    return new Date(this.#now_ns / 1e6).toISOString();
  }

  /** Moves to `to_ns`, waking every sleeper due on the way at its own time. */
  async advanceTo(to_ns: number): Promise<void> {
    assert(to_ns >= this.#now_ns, "virtual time does not run backwards");
    for (;;) {
      const next = this.#sleepers[0];
      if (next === undefined || next.deadline_ns > to_ns) break;
      this.#sleepers.shift();
      this.#now_ns = next.deadline_ns;
      next.wake();
      await Promise.resolve();
    }
    this.#now_ns = to_ns;
  }
}
