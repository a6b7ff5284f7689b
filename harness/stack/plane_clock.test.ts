import { expect, test } from "bun:test";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { PlaneClock } from "./plane_clock.ts";

test("deadlines on native time are slept for on a clock that counts from elsewhere", async () => {
  const sleeper = new VirtualClock();
  await sleeper.advanceTo(100);
  const clock = new PlaneClock({ now_ns: () => 5_000 + sleeper.now_ns() }, sleeper);
  expect(clock.now_ns()).toBe(5_100);
  let awake = false;
  const slept = clock.sleepUntil(5_150).then(() => {
    awake = true;
  });
  await sleeper.advanceTo(149);
  expect(awake).toBe(false);
  await sleeper.advanceTo(150);
  await slept;
  expect(awake).toBe(true);
});
