import { expect, test } from "bun:test";
import { OsClock } from "../../clock/os_clock.ts";
import { measureRate } from "./measure_rate.ts";

test("every request of the rate is sent, not before it is due, and its lag is known", async () => {
  const plan = { rate_per_s: 400, seconds: 0.25, prompt_tokens: 4, output_tokens: 2 };
  const floor = await measureRate(plan, new OsClock(), null);
  expect(floor.failed_requests).toBe(0);
  expect(floor.lag_ns).toHaveLength(100); // 400 × 0.25
  expect(Math.min(...floor.lag_ns)).toBeGreaterThanOrEqual(0);
  expect(floor.cpu_us_per_request).toBeGreaterThan(0);
});
