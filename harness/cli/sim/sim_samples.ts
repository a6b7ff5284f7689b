// Gauges of a simulated stack over the time of its load: what measure/sample_series.ts takes of a live one, at the same times
// of the run's clock and under the same keys. They come from the cores, so a run of decode steps that goes out as one event
// (core/engine/decode_runs.ts) may keep kv_cache_usage as it was up to 64 steps ago. A process that does not run answers nothing.

import { msToNs } from "../../domain/units.ts";
import {
  SAMPLE_INTERVAL_MS,
  type Sample,
  type SampledField,
  sampleKey,
} from "../../measure/sample_series.ts";
import type { SimEngine } from "../../sim/sim_engine.ts";
import type { SimMaster } from "../../sim/sim_master.ts";
import type { Simulation } from "../../sim/simulation.ts";

type Gauges = readonly (readonly [SampledField, number])[];

/** To be called between start and run; until the load has ended. */
export function sampleSimulation(
  { loop, load, stack }: Simulation,
  onSample: (sample: Sample) => void,
): void {
  const take = (): void => {
    if (load.done) return;
    const values: Record<string, number> = {};
    for (const engine of stack.engines) add(values, engine.config.core.engine_name, engineGauges(engine));
    for (const master of stack.masters) add(values, master.name, masterGauges(master));
    if (Object.keys(values).length > 0) onSample({ at_ns: loop.now_ns, values });
    loop.at(loop.now_ns + msToNs(SAMPLE_INTERVAL_MS), "sample", take);
  };
  loop.at(loop.now_ns, "sample", take);
}

function engineGauges(engine: SimEngine): Gauges {
  if (!engine.answers) return [];
  const snapshot = engine.snapshot();
  return [
    ["num_requests_running", snapshot.num_requests_running],
    ["num_requests_waiting", snapshot.num_requests_waiting],
    ["num_requests_waiting_remote", snapshot.num_requests_waiting_remote],
    ["kv_cache_usage", snapshot.kv_cache_usage],
  ];
}

function masterGauges(master: SimMaster): Gauges {
  if (!master.answers) return [];
  const stats = master.stats();
  return [
    ["allocated_bytes", stats.allocated_bytes],
    ["total_capacity_bytes", stats.total_capacity_bytes],
    ["allocated_file_size_bytes", stats.allocated_file_size_bytes],
    ["total_file_capacity_bytes", stats.total_file_capacity_bytes],
    ["key_count", stats.key_count],
  ];
}

function add(values: Record<string, number>, process: string, gauges: Gauges): void {
  for (const [field, value] of gauges) values[sampleKey(process, field)] = value;
}
