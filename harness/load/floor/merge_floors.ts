// The floor of several clients that ran at the same time, each against a null server of its own, as one.

import { present } from "../../domain/assert.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { mergeRatio } from "../merge_ratio.ts";
import type { LoadFloor } from "./measure_floor.ts";

/** events_per_s is all events ÷ first event of any client to last of any: what did not overlap counts against it. */
export function mergeFloors(floors: readonly LoadFloor[]): LoadFloor {
  present(floors[0], "a floor has a client");
  const sum = (of: (floor: LoadFloor) => number): number =>
    floors.reduce((total, floor) => total + of(floor), 0);
  const events = sum((floor) => floor.events);
  const first_ns = Math.min(...floors.map((floor) => floor.first_ns));
  const last_ns = Math.max(...floors.map((floor) => floor.last_ns));
  const reads = {
    token_events: sum((floor) => floor.reads.token_events),
    token_reads: sum((floor) => floor.reads.token_reads),
  };
  return {
    streams_held: sum((floor) => floor.streams_held),
    ...{ events, first_ns, last_ns, reads },
    events_per_s: (events * NS_PER_S) / (last_ns - first_ns),
    merge_ratio: mergeRatio(reads),
    cpu_us_per_event: sum((floor) => floor.cpu_us_per_event * floor.events) / events,
    cpu_load: sum((floor) => floor.cpu_load * (floor.last_ns - floor.first_ns)) / (last_ns - first_ns),
    failure: floors.find((floor) => floor.failure !== null)?.failure ?? null,
  };
}
