// The operating system's clock. Bun.nanoseconds() counts from the process's start, so its offset to CLOCK_MONOTONIC is
// read once from node's hrtime, which is CLOCK_MONOTONIC on Linux.

import { msToNs, nsToMs } from "../domain/units.ts";
import type { Clock } from "./clock.ts";

export class OsClock implements Clock {
  now_ns(): number {
    const [seconds, ns] = process.hrtime();
    return seconds * 1e9 + ns;
  }

  async sleepUntil(deadline_ns: number): Promise<void> {
    // Timers truncate to whole milliseconds and may fire early: sleep again for what is left.
    for (let left_ns = deadline_ns - this.now_ns(); left_ns > 0; left_ns = deadline_ns - this.now_ns()) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.ceil(nsToMs(left_ns)))));
    }
  }

  wallTime(): string {
    return new Date().toISOString();
  }

  /** Convenience for supervisors: resolves after a pause. */
  sleep(ms: number): Promise<void> {
    return this.sleepUntil(this.now_ns() + msToNs(ms));
  }
}
