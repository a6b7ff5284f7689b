import { expect, test } from "bun:test";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { WakeUp } from "./wake_up.ts";

test("a waiter wakes at its deadline", async () => {
  const clock = new VirtualClock();
  const wake = new WakeUp((deadline_ns) => clock.sleepUntil(deadline_ns));
  const waiting = wake.until(100).then(() => clock.now_ns());
  await clock.advanceTo(250);
  expect(await waiting).toBe(250);
});

test("a signal wakes the waiter before its deadline", async () => {
  const wake = new WakeUp(() => new Promise(() => {}));
  const waiting = wake.until(100);
  wake.signal();
  expect(await waiting).toBe(undefined);
});

test("a deadline is armed only when it is earlier than the one that is armed", async () => {
  const armed: number[] = [];
  const wake = new WakeUp((deadline_ns) => {
    armed.push(deadline_ns);
    return new Promise(() => {});
  });
  for (const deadline_ns of [100, 120, 80, 90]) {
    const waiting = wake.until(deadline_ns);
    wake.signal();
    await waiting;
  }
  expect(armed).toEqual([100, 80]);
});
