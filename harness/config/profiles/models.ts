// Models as the compute-time model sees them. Geometry is each model's public config.json; parameter counts are the
// publishers'. KV bytes of one token: layers × kv_heads × head_dim × 2 (K and V) × 2 bytes (BF16), except under MLA.
//
// Compared with public copies: the geometry of qwen3-0.6b and qwen3-8b (and the latter's 8.2 B), and of kimi-k2.5 its layers,
// heads, MLA ranks and INT4 weights. From memory, not looked up: llama3-70b, the exact parameter counts of the Qwen models and
// the size of Kimi's checkpoint.

import type { ModelProfile } from "../../domain/profile.ts";
import type { Result } from "../../domain/result.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { findProfile } from "./find_profile.ts";

const BF16_BYTES = 2;

/** KV bytes of one token of grouped-query attention. */
function gqaKvBytes(layers: number, kv_heads: number, head_dim: number): number {
  return layers * kv_heads * head_dim * 2 * BF16_BYTES;
}

const LAPTOP_1B: ModelProfile = {
  model_name: "laptop-1b",
  layers: 16,
  hidden_size: 2_048,
  attention_heads: 32,
  kv_heads: 1,
  head_dim: 64,
  params: 1_009_254_400,
  active_params: 1_009_254_400,
  weight_bytes_per_param: BF16_BYTES,
  kv_bytes_per_token: gqaKvBytes(16, 1, 64),
  vocab_size: 32_000,
  source:
    "ours, no published model: 16 × (2 × 2048² + 2 × 2048 × 64 + 3 × 2048 × 8192) + 32000 × 2048 tied embeddings; " +
    "one KV head keeps a token at 4 KiB, so that a laptop's memory holds a cache worth measuring",
};

const QWEN3_0_6B: ModelProfile = {
  model_name: "qwen3-0.6b",
  layers: 28,
  hidden_size: 1_024,
  attention_heads: 16,
  kv_heads: 8,
  head_dim: 128,
  params: 596_049_920,
  active_params: 596_049_920,
  weight_bytes_per_param: BF16_BYTES,
  kv_bytes_per_token: gqaKvBytes(28, 8, 128),
  vocab_size: 151_936,
  source: "Qwen/Qwen3-0.6B config.json: 28 layers, 16 heads, 8 KV heads of 128, tied embeddings",
};

const QWEN3_8B: ModelProfile = {
  model_name: "qwen3-8b",
  layers: 36,
  hidden_size: 4_096,
  attention_heads: 32,
  kv_heads: 8,
  head_dim: 128,
  params: 8_190_735_360,
  active_params: 8_190_735_360,
  weight_bytes_per_param: BF16_BYTES,
  kv_bytes_per_token: gqaKvBytes(36, 8, 128),
  vocab_size: 151_936,
  source: "Qwen/Qwen3-8B config.json: 36 layers, 32 heads, 8 KV heads of 128; model card: 8.2 B parameters",
};

const LLAMA3_70B: ModelProfile = {
  model_name: "llama3-70b",
  layers: 80,
  hidden_size: 8_192,
  attention_heads: 64,
  kv_heads: 8,
  head_dim: 128,
  params: 70_553_706_496,
  active_params: 70_553_706_496,
  weight_bytes_per_param: BF16_BYTES,
  kv_bytes_per_token: gqaKvBytes(80, 8, 128),
  vocab_size: 128_256,
  source: "meta-llama/Meta-Llama-3-70B config.json: 80 layers, 64 heads, 8 KV heads of 128",
};

/** Multi-head latent attention stores one latent and one rotary key per layer: 512 + 64 numbers. */
const KIMI_MLA_DIM: number = 512 + 64;

const KIMI_K2_5: ModelProfile = {
  model_name: "kimi-k2.5",
  layers: 61,
  hidden_size: 7_168,
  attention_heads: 64,
  kv_heads: 1,
  // Attention arithmetic runs on 192 numbers a head for QK and 128 for the values: 160 for each of the two products.
  head_dim: 160,
  params: 1_040_000_000_000,
  active_params: 32_000_000_000,
  // Experts in INT4 with a scale per 32, the rest BF16: a checkpoint of about 595 GB.
  weight_bytes_per_param: 0.572,
  kv_bytes_per_token: 61 * KIMI_MLA_DIM * BF16_BYTES,
  vocab_size: 163_840,
  source:
    "moonshotai/Kimi-K2.5 config.json and model card: 61 layers, 64 heads, kv_lora_rank 512, qk_rope_head_dim 64, " +
    "1.04 T parameters of which 32 B active, native INT4 (group 32); checkpoint size from memory",
};

const MODELS: ReadonlyMap<string, ModelProfile> = new Map(
  [LAPTOP_1B, QWEN3_0_6B, QWEN3_8B, LLAMA3_70B, KIMI_K2_5].map((model) => [model.model_name, model]),
);

export function findModelProfile(model_name: string): Result<ModelProfile, ConfigProblem> {
  return findProfile(MODELS, model_name, "engine.model");
}
