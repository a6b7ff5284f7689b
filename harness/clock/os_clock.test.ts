import { expect, test } from "bun:test";
import { OsClock } from "./os_clock.ts";

test("sleepUntil never resolves before its deadline", async () => {
  const clock = new OsClock();
  const deadline_ns = clock.now_ns() + 1_500_000;
  await clock.sleepUntil(deadline_ns);
  expect(clock.now_ns()).toBeGreaterThanOrEqual(deadline_ns);
});

test("an aborted sleep resolves without waiting", async () => {
  const clock = new OsClock();
  const stop = new AbortController();
  const deadline_ns = clock.now_ns() + 3_600_000_000_000;
  const slept = clock.sleepUntil(deadline_ns, stop.signal);
  stop.abort();
  await slept;
  expect(clock.now_ns()).toBeLessThan(deadline_ns);
});
