import { expect, test } from "bun:test";
import { OsClock } from "../../clock/os_clock.ts";
import { measureLatency } from "./measure_latency.ts";

test("every request has a TTFT, and gaps are only between reads", async () => {
  const floor = await measureLatency({ requests: 5, events_per_request: 40 }, new OsClock());
  expect(floor.failure).toBeNull();
  expect(floor.ttft_ns).toHaveLength(5);
  expect(Math.min(...floor.ttft_ns)).toBeGreaterThan(0);
  expect(floor.gap_ns.length).toBeLessThanOrEqual(5 * 39); // 40 events have 39 gaps, fewer where a read held several
  expect(floor.gap_ns.every((gap_ns) => gap_ns > 0)).toBe(true);
});
