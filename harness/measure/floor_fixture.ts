// A floor for tests: 0.1 ms to the first token, 0.02 ms between tokens, 100,000 events/s.

import type { MachineFloor } from "./machine_floor.ts";

export function machineFloor(overrides: Partial<MachineFloor> = {}): MachineFloor {
  return {
    ttft_ms_p50: 0.1,
    itl_ms_p50: 0.02,
    streams: 200,
    events_per_s: 100_000,
    cpu_us_per_event: 6.5,
    schedule_lag: { rate_per_s: 500, schedule_lag_ms_p50: 0.25, schedule_lag_ms_p99: 0.9 },
    elapsed_ms: 480,
    ...overrides,
  };
}
