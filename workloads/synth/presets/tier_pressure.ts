// A working set that is F times a tier: contexts are visited at random, each as likely as any other, so an LRU cache of the
// tier's size holds the one that comes next with probability 1 / F. What a tier earns can be read off against that.

import type { Random } from "../../../harness/clock/random.ts";
import { NS_PER_S } from "../../../harness/domain/units.ts";
import type { SessionPlan } from "../session_plan.ts";
import type { SessionPreset } from "./session_preset.ts";

export interface TierPressure {
  readonly tier_tokens: number;
  /** F */
  readonly working_set_factor: number;
  readonly context_tokens: number;
  readonly question_tokens: number;
  readonly answer_tokens: number;
  readonly visits_per_s: number;
}

const DEFAULT: TierPressure = {
  tier_tokens: 2_000_000,
  working_set_factor: 3,
  context_tokens: 8_192,
  question_tokens: 128,
  answer_tokens: 64,
  visits_per_s: 4,
};

export const TIER_PRESSURE: SessionPreset = {
  name: "tier_pressure",
  summary: "contexts of 8,192 tokens visited at random, together 3 × a tier of 2,000,000 tokens",
  source:
    "made to measure: working set = factor × tier, uniform visits, so that LRU's hit ratio at the tier is 1 / factor",
  plans: (random) => pressurePlans(random, DEFAULT),
};

export function* pressurePlans(random: Random, pressure: TierPressure): Generator<SessionPlan, never> {
  const { tier_tokens, working_set_factor, context_tokens, visits_per_s } = pressure;
  const contexts = Math.max(1, Math.round((working_set_factor * tier_tokens) / context_tokens));
  let at_ns = 0;
  for (;;) {
    at_ns += Math.round(random.exponential(NS_PER_S / visits_per_s));
    const shared = [{ key: random.below(contexts), tokens: context_tokens }];
    const turn = { new_tokens: pressure.question_tokens, output_tokens: pressure.answer_tokens, gap_ns: 0 };
    yield { at_ns, shared, turns: [turn], in_step: false };
  }
}
