import { expect, test } from "bun:test";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { WakeUp } from "./wake_up.ts";

const never = (): Promise<void> => new Promise(() => {});

test("who waits is called once, at the deadline", async () => {
  const clock = new VirtualClock();
  const called_ns: number[] = [];
  const wake = new WakeUp(
    (deadline_ns) => clock.sleepUntil(deadline_ns),
    () => called_ns.push(clock.now_ns()),
  );
  wake.until(100);
  await clock.advanceTo(250);
  expect(called_ns).toEqual([100]);
});

test("a signal calls before the deadline, once, and not from within", async () => {
  let calls = 0;
  const wake = new WakeUp(never, () => calls++);
  wake.until(100);
  wake.signal();
  wake.signal();
  expect(calls).toBe(0);
  await Promise.resolve();
  expect(calls).toBe(1);
});

test("a signal that nobody waits for is nothing", async () => {
  let calls = 0;
  const wake = new WakeUp(never, () => calls++);
  wake.signal();
  await Promise.resolve();
  expect(calls).toBe(0);
});

test("a deadline is armed only when it is earlier than the one that is armed", () => {
  const armed: number[] = [];
  const pacer = (deadline_ns: number): Promise<void> => {
    armed.push(deadline_ns);
    return never();
  };
  const wake = new WakeUp(pacer, () => {});
  for (const deadline_ns of [100, 120, 80, 90, Number.POSITIVE_INFINITY]) {
    wake.until(deadline_ns);
    wake.signal();
  }
  expect(armed).toEqual([100, 80]);
});
