// A clock that tests move forward at will, as a suspended machine's goes on: between two looks at it any time may have passed.

import { assert } from "../domain/assert.ts";
import type { Clock } from "./clock.ts";

export class JumpingClock implements Clock {
  readonly #inner: Clock;
  #ahead_ns = 0;

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  jump(ns: number): void {
    assert(Number.isSafeInteger(ns) && ns >= 0, "a clock jumps forward by whole nanoseconds");
    this.#ahead_ns += ns;
  }

  now_ns(): number {
    return this.#inner.now_ns() + this.#ahead_ns;
  }

  /** A jump while it sleeps does not wake it. */
  sleepUntil(deadline_ns: number, signal?: AbortSignal): Promise<void> {
    return this.#inner.sleepUntil(deadline_ns - this.#ahead_ns, signal);
  }

  wallTime(): string {
    return this.#inner.wallTime();
  }
}
