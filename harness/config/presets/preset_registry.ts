import type { Factor } from "../factors/factor.ts";
import type { WorkloadName } from "../workload_config.ts";
import { LAPTOP } from "./laptop.ts";
import { LAPTOP_CONVERSATION } from "./laptop_conversation.ts";
import { LAPTOP_TRACE } from "./laptop_trace.ts";
import type { Preset } from "./preset.ts";
import { SEED_MULTI_TURN } from "./seed_multi_turn.ts";
import { TIER_PRESSURE } from "./tier_pressure.ts";

export const PRESETS: readonly Preset[] = [
  LAPTOP_CONVERSATION,
  LAPTOP,
  LAPTOP_TRACE,
  TIER_PRESSURE,
  SEED_MULTI_TURN,
];

/**
 * The preset of a run that names none; `workload` null: it names no workload either. A comparison of tiers, or of a switch of the disk tier, starts where the working set
 * outgrows memory: anywhere else its lowest tier would serve no hit, and the run would be refused.
 */
export function defaultPreset(workload: WorkloadName | null, factor: Factor | null): Preset {
  if (workload === "trace" || workload === "mooncake_trace") return LAPTOP_TRACE;
  const needs_pressure = factor !== null && (factor.path === "store.tiers" || factor.acts_on === "disk");
  if (needs_pressure && (workload === null || workload === "multi_turn")) return TIER_PRESSURE;
  return workload === null || workload === "conversation_like" ? LAPTOP_CONVERSATION : LAPTOP;
}
