import { chatSessions } from "./chat_sessions.ts";
import type { SessionPreset } from "./session_preset.ts";

export const TOOLAGENT_LIKE: SessionPreset = {
  name: "toolagent_like",
  summary:
    "tools and agents: 6.6 requests/s, prompts of 8.6K tokens, most of it long openings that all calls of a tool share",
  source:
    "Mooncake's tool-and-agent trace (FAST'25): 23,608 requests in an hour, mean input 8,596 and output 182 tokens; that 0.59 of its blocks were seen before is remembered, and in no public document that we could read",
  plans: (random) =>
    chatSessions(random, {
      sessions_per_s: 5.35,
      opening_tokens: [4_200, 5_600, 2_300, 6_200, 3_300, 7_700, 4_700, 1_600, 5_200, 3_800],
      opening_skew: 0.8,
      first: { mean: 3_600, sigma: 1.1 },
      later: { mean: 1_600, sigma: 1 },
      answer: { mean: 182, sigma: 0.9 },
      pause_s: { mean: 30, sigma: 1 },
      second_turn: 0.18,
      more_turns: 0.3,
      max_tokens: 120_000,
    }),
};
