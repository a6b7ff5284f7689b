// The requests of a floor's open loop: sessions of one short turn.

import type { Session } from "../../domain/session.ts";

export interface RatePlan {
  readonly rate_per_s: number;
  readonly seconds: number;
  /** Tokens of each prompt, and of each answer. */
  readonly prompt_tokens: number;
  readonly output_tokens: number;
}

export function rateSessions({ rate_per_s, seconds, prompt_tokens, output_tokens }: RatePlan): Session[] {
  return Array.from({ length: Math.ceil(rate_per_s * seconds) }, (_, i) => ({
    session_id: `floor-${i}`,
    turns: [
      {
        prompt: [{ kind: "seeded", seed: i, tokens: prompt_tokens }],
        output_tokens,
        think_ns: 0,
        at_ns: null,
      },
    ],
  }));
}
