import { expect, test } from "bun:test";
import type { LoadFloor } from "./measure_floor.ts";
import { mergeFloors } from "./merge_floors.ts";

function floor(first_ns: number, last_ns: number, events: number, token_reads: number): LoadFloor {
  return {
    ...{ streams_held: 10, events, first_ns, last_ns, events_per_s: 0, merge_ratio: null, cpu_load: 0.5 },
    reads: { token_events: events, token_reads },
    cpu_us_per_event: 4,
    failure: null,
  };
}

test("the rate of several clients runs from the first event of any to the last of any", () => {
  const merged = mergeFloors([floor(0, 1e9, 1_000, 1_000), floor(1e9, 2e9, 3_000, 1_000)]);
  // 4,000 events in 2 s, although one client alone made 3,000 in one; 4,000 events in 2,000 reads.
  expect(merged).toMatchObject({ events: 4_000, events_per_s: 2_000, merge_ratio: 2, streams_held: 20 });
  expect(merged.cpu_load).toBe(0.5); // (0.5 s + 0.5 s) of CPU in 2 s
});
