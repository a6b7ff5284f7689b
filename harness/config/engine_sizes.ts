// Sizes that follow from a model and an engine's settings.

import type { GpuProfile, ModelProfile } from "../domain/profile.ts";
import { poolBlockBytes, type RankLayout, rankLayout } from "../domain/rank_layout.ts";
import type { EngineConfig } from "./arm_config.ts";

const BLOCK_ALIGNMENT_BYTES = 64;

/** Bytes of one KV block as stored and moved: scaled, rounded up to a cache line. */
export function blockBytes(
  model: ModelProfile,
  engine: Pick<EngineConfig, "block_tokens" | "kv_scale">,
): number {
  const scaled_bytes = engine.block_tokens * model.kv_bytes_per_token * engine.kv_scale;
  return Math.ceil(scaled_bytes / BLOCK_ALIGNMENT_BYTES) * BLOCK_ALIGNMENT_BYTES;
}

/** How a block's KV lies over the engine's ranks. */
export function engineRanks(
  model: ModelProfile,
  engine: Pick<EngineConfig, "block_tokens" | "kv_scale" | "tp_size">,
): RankLayout {
  return rankLayout(engine.tp_size, model.kv_heads, blockBytes(model, engine));
}

/** Blocks that fit beside the weights in the modelled GPU's memory, at full scale; negative when the weights do not fit. */
export function maxHbmBlocks(
  model: ModelProfile,
  gpu: GpuProfile,
  engine: Pick<EngineConfig, "block_tokens" | "tp_size">,
): number {
  const weight_bytes = model.params * model.weight_bytes_per_param;
  const full_scale = { ...engine, kv_scale: 1 };
  return Math.floor((gpu.hbm_bytes - weight_bytes) / poolBlockBytes(engineRanks(model, full_scale)));
}
