// Tool and agent calls as in Mooncake's public trace, at the scale of laptop_conversation.
//
//   lengths   1/16: prompts of about 520 tokens, behind one of ten openings of 100 to 482 that all calls of a tool share.
//             Prompts end at 2,400 tokens (38,400 of the trace), so that an engine's HBM of 160 × 16 = 2,560 holds the longest.
//             The ten openings have 2,791 tokens, more than that, so an opening that an engine has dropped is in the store.
//   pauses    1/1000; arrivals are a closed loop of 24, not the trace's 6.6 calls a second
//   link      as in laptop_conversation

import type { Preset } from "./preset.ts";

export const LAPTOP_TOOLAGENT: Preset = {
  name: "laptop_toolagent",
  reason:
    "calls of tools and agents like Mooncake's trace, at 1/16 of their lengths and 1/1000 of their pauses",
  input: {
    engine: { num_hbm_blocks: 160, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 200_000_000 },
    load: { concurrency: 24 },
    workload: {
      name: "toolagent_like",
      sessions: 200,
      length_divisor: 16,
      time_divisor: 1_000,
      max_prompt_tokens: 2_400,
    },
  },
};
