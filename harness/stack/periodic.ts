// Runs a body again and again on the clock, each time `period_ms` after the last due time, never twice at once.
// A due time that has passed while the body ran is skipped, not made up for.

import type { Clock } from "../clock/clock.ts";
import { msToNs, NS_PER_MS } from "../domain/units.ts";

export interface Periodic {
  /** Resolves when the body, if it is running, has ended. It does not run again. */
  stop(): Promise<void>;
}

/** A stopped task keeps no timer for longer than this. */
const LONGEST_NAP_NS: number = 250 * NS_PER_MS;

export function runPeriodically(clock: Clock, period_ms: number, body: () => void | Promise<void>): Periodic {
  const period_ns = msToNs(period_ms);
  let stopped = false;
  let running: void | Promise<void>;
  const loop = async (): Promise<void> => {
    for (
      let due_ns = clock.now_ns() + period_ns;
      !stopped;
      due_ns = Math.max(due_ns + period_ns, clock.now_ns())
    ) {
      while (!stopped && clock.now_ns() < due_ns) {
        await clock.sleepUntil(Math.min(due_ns, clock.now_ns() + LONGEST_NAP_NS));
      }
      if (stopped) return;
      running = body();
      await running;
    }
  };
  void loop();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}
