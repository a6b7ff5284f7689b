import { chatSessions } from "./chat_sessions.ts";
import type { SessionPreset } from "./session_preset.ts";

export const CONVERSATION_LIKE: SessionPreset = {
  name: "conversation_like",
  summary:
    "chat of one service: 3.4 requests/s, prompts of 12K tokens, every third one continues a conversation",
  source:
    "Mooncake's conversation trace (FAST'25): 12,031 requests in 3,537 s, mean input 12,035 and output 343 tokens, 0.366 of the blocks seen before; turns and pauses as session_finder.ts finds them there",
  plans: (random) =>
    chatSessions(random, {
      sessions_per_s: 2.22,
      opening_tokens: [700],
      opening_skew: 0,
      first: { mean: 9_800, sigma: 1.3 },
      later: { mean: 3_000, sigma: 1.3 },
      answer: { mean: 343, sigma: 0.75 },
      pause_s: { mean: 200, sigma: 1.1 },
      second_turn: 0.28,
      more_turns: 0.53,
      max_tokens: 122_000,
    }),
};
