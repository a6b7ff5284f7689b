import { expect, test } from "bun:test";
import { OsClock } from "../../clock/os_clock.ts";
import { measureFloor } from "./measure_floor.ts";

test("the floor counts every event of every stream, against a server in another process", async () => {
  const floor = await measureFloor({ streams: 20, events_per_stream: 10, event_gap_ns: null }, new OsClock());
  expect(floor).toMatchObject({ streams_held: 20, events: 20 * (10 + 2), failure: null }); // + usage and [DONE] of each
  expect(floor.events_per_s).toBeGreaterThan(0);
  expect(floor.cpu_us_per_event).toBeGreaterThan(0);
  expect(floor.merge_ratio).toBeGreaterThanOrEqual(1);
});
