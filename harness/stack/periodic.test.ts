import { expect, test } from "bun:test";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { runPeriodically } from "./periodic.ts";

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function advanceTo(clock: VirtualClock, to_ms: number): Promise<void> {
  for (let at_ms = clock.now_ns() / 1e6; at_ms < to_ms; at_ms += 50) {
    await clock.advanceTo(Math.min(to_ms, at_ms + 50) * 1e6);
    await settle();
  }
}

test("the body runs once a period", async () => {
  const clock = new VirtualClock();
  let runs = 0;
  const task = runPeriodically(clock, 1000, () => {
    runs += 1;
  });
  await advanceTo(clock, 950);
  expect(runs).toBe(0);
  await advanceTo(clock, 3000); // at 1000, 2000 and 3000 ms
  expect(runs).toBe(3);
  await task.stop();
});

test("a body that takes longer than a period never runs twice at once, and missed times are not made up for", async () => {
  const clock = new VirtualClock();
  const ends: (() => void)[] = [];
  let runs = 0;
  const task = runPeriodically(clock, 100, () => {
    runs += 1;
    return new Promise<void>((resolve) => ends.push(resolve));
  });
  await advanceTo(clock, 1000);
  expect(runs).toBe(1);
  ends[0]?.();
  await settle();
  expect(runs).toBe(2); // the one that is due; not the eight others
  ends[1]?.();
  await task.stop();
});

test("after stop it does not run again", async () => {
  const clock = new VirtualClock();
  let runs = 0;
  const task = runPeriodically(clock, 100, () => {
    runs += 1;
  });
  await advanceTo(clock, 100);
  await task.stop();
  await advanceTo(clock, 1000);
  expect(runs).toBe(1);
});
