import { expect, test } from "bun:test";
import { VirtualClock } from "./virtual_clock.ts";

test("sleepers wake in order of deadline, ties in the order they went to sleep, each at its own time", async () => {
  const clock = new VirtualClock();
  const woken: string[] = [];
  const sleeper = (name: string, at_ns: number): Promise<void> =>
    clock.sleepUntil(at_ns).then(() => void woken.push(`${name}@${clock.now_ns()}`));
  const all = [sleeper("late", 30), sleeper("first", 10), sleeper("second", 10)];
  await clock.advanceTo(10);
  await clock.advanceTo(40);
  await Promise.all(all);
  expect(woken).toEqual(["first@10", "second@10", "late@30"]);
});
