// Sessions of the presets in synth/presets, to replay.

import { Random } from "../harness/clock/random.ts";
import type { SyntheticConfig, TierPressureConfig } from "../harness/config/workload_config.ts";
import type { Session } from "../harness/domain/session.ts";
import { boundSession } from "./synth/bound_session.ts";
import { planSession } from "./synth/plan_session.ts";
import { sessionPreset } from "./synth/presets/preset_registry.ts";
import { pressurePlans } from "./synth/presets/tier_pressure.ts";
import type { SessionPlan } from "./synth/session_plan.ts";

/** The first `sessions` of the preset. */
export function generateSynthetic(config: SyntheticConfig | TierPressureConfig, seed: number): Session[] {
  const random = new Random(seed).fork(config.name);
  const scale = config.name === "tier_pressure" ? UNSCALED : config;
  const { max_prompt_tokens } = scale;
  return plansOf(config, random)
    .take(config.sessions)
    .map((plan, index) => planSession(plan, index, seed, scale))
    .map((session) => (max_prompt_tokens === null ? session : boundSession(session, max_prompt_tokens)))
    .toArray();
}

/** tier_pressure has its own sizes. */
const UNSCALED = { length_divisor: 1, time_divisor: 1, max_prompt_tokens: null };

function plansOf(
  config: SyntheticConfig | TierPressureConfig,
  random: Random,
): Generator<SessionPlan, never> {
  if (config.name !== "tier_pressure") return sessionPreset(config.name).plans(random);
  return pressurePlans(random, { ...config, answer_tokens: config.output_tokens });
}
