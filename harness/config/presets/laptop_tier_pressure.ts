// The workload tier_pressure, with tiers that it outgrows: 48 contexts of 1,024 tokens, visited at random.
//
//   working set   3 × 16,384 = 49,152 tokens
//   hbm           160 × 16 = 2,560 tokens an engine, 7,680 of three
//   memory        24 MiB ÷ 4 KiB = 6,144 tokens an owner, 24,576 of four
// At 3p1d HBM and memory hold 32,256 tokens together, so every tier serves hits, the disk too: comparisons of tiers and
// switches of the disk start here as well. Link as in laptop_conversation.

import type { Preset } from "./preset.ts";
import { PRESSED_STORE } from "./pressed_store.ts";

export const LAPTOP_TIER_PRESSURE: Preset = {
  name: "laptop_tier_pressure",
  reason: "contexts visited at random, together larger than HBM and memory at 3p1d",
  input: {
    engine: { num_hbm_blocks: 160, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 200_000_000 },
    store: PRESSED_STORE,
    load: { concurrency: 24 },
    workload: { name: "tier_pressure", sessions: 120, tier_tokens: 16_384, working_set_factor: 3 },
  },
};
