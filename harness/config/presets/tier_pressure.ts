// The working set outgrows every tier above disk. All 24 conversations are under way at once, and each has
// 1024 + 3 × (32 + 256) + 32 = 1,920 tokens at its end, of which 102 are shared: 24 × 1,818 + 102 = 43,734 tokens.
// HBM holds 512 × 16 = 8,192 tokens of the prefill engine; memory 24 MiB ÷ 4 KiB = 6,144 tokens an owner, 12,288 at 1p1d.

import type { Preset } from "./preset.ts";
import { PRESSED_STORE } from "./pressed_store.ts";

export const TIER_PRESSURE: Preset = {
  name: "tier_pressure",
  reason:
    "at 1p1d, a working set larger than HBM and memory together, so that each tier has to earn its hits",
  input: {
    store: PRESSED_STORE,
    load: { concurrency: 24 },
    workload: { name: "multi_turn", sessions: 24, turns: 4, delay_ms: 500 },
  },
};
