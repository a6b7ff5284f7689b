// Rounds of prefill in step, each client's history growing by a round.
//
//   lengths   1/16: 128 tokens a round; ten rounds end at 10 × 128 + 9 = 1,289
//   clients   24 of 80: together 24 × 1,289 = 30,936 tokens, four times the 7,680 that three engines' HBM of 160 × 16 holds,
//             so nearly every round loads its history from the store. All 24 are sent at once, as the 80 are there.
//   pauses    none: a round begins when all clients have ended the one before
//   link      as in laptop_conversation

import type { Preset } from "./preset.ts";

export const LAPTOP_PREFILL_ROUNDS: Preset = {
  name: "laptop_prefill_rounds",
  reason: "24 of the benchmark's 80 clients, ten rounds in step at 1/16 of their lengths",
  input: {
    engine: { num_hbm_blocks: 160, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 200_000_000 },
    load: { concurrency: 24 },
    workload: { name: "prefill_only_multiturn", sessions: 24, length_divisor: 16, time_divisor: 1_000 },
  },
};
