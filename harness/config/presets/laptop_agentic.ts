// Agents that call tools in a loop, all 30 turns of them.
//
//   lengths   1/64: 313 tokens that all agents share, a task of 157, then 32 a turn and answers of 15, so the last of 30
//             prompts has 470 + 29 × (15 + 32) = 1,833. A divisor of 16 would leave three turns of thirty in an engine's HBM
//             of 160 × 16 = 2,560 tokens. Twelve agents end with 313 + 12 × 1,535 = 18,733 different tokens; three engines'
//             HBM holds 7,680.
//   pauses    1/1000: a tool answers in 8 ms, so what is measured is the loop, not the tools
//   link      as in laptop_conversation

import type { Preset } from "./preset.ts";

export const LAPTOP_AGENTIC: Preset = {
  name: "laptop_agentic",
  reason: "twelve agents with all their 30 turns, at 1/64 of their lengths and 1/1000 of their tools' times",
  input: {
    engine: { num_hbm_blocks: 160, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 200_000_000 },
    load: { concurrency: 12 },
    workload: { name: "agentic", sessions: 12, length_divisor: 64, time_divisor: 1_000 },
  },
};
