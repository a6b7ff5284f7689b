// Sessions of the presets in synth/presets, to replay.

import { Random } from "../harness/clock/random.ts";
import type { SyntheticConfig, TierPressureConfig } from "../harness/config/workload_config.ts";
import type { Session } from "../harness/domain/session.ts";
import { planSession } from "./synth/plan_session.ts";
import { sessionPreset } from "./synth/presets/preset_registry.ts";
import { pressurePlans } from "./synth/presets/tier_pressure.ts";
import type { SessionPlan } from "./synth/session_plan.ts";

/** The first `sessions` of the preset. */
export function generateSynthetic(config: SyntheticConfig | TierPressureConfig, seed: number): Session[] {
  const random = new Random(seed).fork(config.name);
  const scale = config.name === "tier_pressure" ? { length_divisor: 1, time_divisor: 1 } : config;
  return plansOf(config, random)
    .take(config.sessions)
    .map((plan, index) => planSession(plan, index, seed, scale))
    .toArray();
}

function plansOf(
  config: SyntheticConfig | TierPressureConfig,
  random: Random,
): Generator<SessionPlan, never> {
  if (config.name !== "tier_pressure") return sessionPreset(config.name).plans(random);
  return pressurePlans(random, { ...config, answer_tokens: config.output_tokens });
}
