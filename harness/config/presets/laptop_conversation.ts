// The default bench: conversations as in Mooncake's public trace, small and quick enough for two cores.
//
//   lengths   1/16: prompts of about 630 tokens, answers of 21. Prompts end at 2,400 tokens (38,400 of the trace), where about
//             one conversation in thirty is cut, so that an engine's HBM of 160 × 16 = 2,560 tokens holds the longest with its
//             answer. 54 conversations have about 34,000 different tokens; three engines' HBM holds 7,680.
//   pauses    1/1000: a fifth of a second on average
//   link      4 KiB a token over 0.2 GB/s is 20 µs, beside 100 µs of prefill. As a 70B model (320 KiB a token, 140 GFLOP)
//             on eight A800 at half their peak (112 µs) whose NIC has 100 Gbit/s (26 µs).

import type { Preset } from "./preset.ts";

export const LAPTOP_CONVERSATION: Preset = {
  name: "laptop_conversation",
  reason:
    "the default bench: conversations like Mooncake's trace, at 1/16 of their lengths and 1/1000 of their pauses",
  input: {
    engine: { num_hbm_blocks: 160, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 200_000_000 },
    load: { concurrency: 24 },
    workload: {
      name: "conversation_like",
      sessions: 54,
      length_divisor: 16,
      time_divisor: 1_000,
      max_prompt_tokens: 2_400,
    },
  },
};
