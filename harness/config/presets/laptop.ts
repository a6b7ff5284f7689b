// A bench that shows on two cores what a cluster shows. At the end of its last turn a conversation has
// 1024 + 3 × (32 + 256) + 32 = 1,920 tokens, and all 24 are under way at once: 8 × 1,920 = 15,360 tokens for each of three
// prefill engines, whose HBM holds 384 × 16 = 6,144. So most turns load their history from the store. A history of 1,500
// tokens is 6 MB: 20 ms over the link, 2 ms inside a node, beside 100 ms of prefill, as 70,000-token prompts are over RDMA.

import type { Preset } from "./preset.ts";

export const LAPTOP: Preset = {
  name: "laptop",
  reason: "a multi-turn bench that outgrows HBM and fits two cores and three minutes",
  input: {
    engine: { num_hbm_blocks: 384, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 300_000_000 },
    load: { concurrency: 24 },
    workload: { name: "multi_turn", sessions: 24, turns: 4, delay_ms: 600 },
  },
};
