// The operating system's clock as Bun gives it: monotonic, but counted from this process's start. Where processes compare
// times, or native code is given deadlines, use the data plane's clock (stack/plane_clock.ts), which is CLOCK_MONOTONIC.

import { nsToMs } from "../domain/units.ts";
import type { Clock } from "./clock.ts";

export class OsClock implements Clock {
  now_ns(): number {
    const [seconds, ns] = process.hrtime();
    return seconds * 1e9 + ns;
  }

  async sleepUntil(deadline_ns: number, signal?: AbortSignal): Promise<void> {
    // Timers truncate to whole milliseconds and may fire early: sleep again for what is left.
    while (signal?.aborted !== true) {
      const left_ns = deadline_ns - this.now_ns();
      if (left_ns <= 0) return;
      await timer(Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(nsToMs(left_ns)))), signal);
    }
  }

  wallTime(): string {
    return new Date().toISOString();
  }
}

/** setTimeout takes 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(handle);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const handle = setTimeout(wake, ms);
    signal?.addEventListener("abort", wake);
  });
}
