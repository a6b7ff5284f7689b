import type { WorkloadName } from "../workload_config.ts";
import { LAPTOP } from "./laptop.ts";
import { LAPTOP_TRACE } from "./laptop_trace.ts";
import type { Preset } from "./preset.ts";
import { SEED_MULTI_TURN } from "./seed_multi_turn.ts";
import { TIER_PRESSURE } from "./tier_pressure.ts";

export const PRESETS: readonly Preset[] = [LAPTOP, LAPTOP_TRACE, TIER_PRESSURE, SEED_MULTI_TURN];

/** The preset of a run that names none. */
export function defaultPreset(workload: WorkloadName): Preset {
  return workload === "trace" || workload === "mooncake_trace" ? LAPTOP_TRACE : LAPTOP;
}
