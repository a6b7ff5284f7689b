// The multi-turn validation run of the seed's split-trigger change: Qwen3-8B, 16,000 tokens in, 300 out, 100 conversations of
// 3 turns, 32 at a time, 500 ms between turns, prefixes 0.1 and 0.8; 1,024 GPU blocks, a 16,384-token window, owners of 4 GiB
// (spec: vigil_recipe.md, vllm_mooncake_store_connector.md §1.13). Sizes of stored bytes are the seed's × kv_scale: the owner's
// 4 GiB, the staging budget of 1,280 MiB, buckets of 256 MiB. The seed does not name its disk's size: 128 GiB is roomy.
//
// The seed's prompt is 16,000 tokens in every turn; here a conversation grows and its last turn reaches that:
// 15,200 + 2 × (300 + 100) = 16,000.

import { GIB, MIB } from "../../domain/units.ts";
import type { Preset } from "./preset.ts";

const KV_SCALE = 1 / 64;

export const SEED_MULTI_TURN: Preset = {
  name: "seed_multi_turn",
  reason: "the seed's 100 × 3 × 32 at 16K tokens on Qwen3-8B, with KV bytes scaled by 1/64",
  input: {
    engine: {
      model: "qwen3-8b",
      gpu: "h200",
      kv_scale: KV_SCALE,
      num_hbm_blocks: 1_024,
      max_num_batched_tokens: 8_192,
      max_model_len: 16_384,
    },
    store: {
      segment_bytes: 4 * GIB * KV_SCALE,
      lease_ttl_ms: 30_000,
      disk: {
        capacity_bytes: 128 * GIB * KV_SCALE,
        staging_bytes: 1_280 * MIB * KV_SCALE,
        bucket_bytes: 256 * MIB * KV_SCALE,
      },
    },
    load: { concurrency: 32, request_timeout_ms: 600_000 },
    workload: {
      name: "multi_turn",
      sessions: 100,
      turns: 3,
      input_tokens: 15_200,
      output_tokens: 300,
      turn_input_tokens: 100,
      global_prefix_ratio: 0.1,
      conversation_prefix_ratio: 0.8,
      delay_ms: 500,
    },
  },
};
