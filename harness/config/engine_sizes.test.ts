import { expect, test } from "bun:test";
import type { ModelProfile } from "../domain/profile.ts";
import { blockBytes, maxHbmBlocks } from "./engine_sizes.ts";
import { findGpuProfile } from "./profiles/gpus.ts";
import { findModelProfile } from "./profiles/models.ts";

function model(name: string): ModelProfile {
  const found = findModelProfile(name);
  if (!found.ok) throw new Error(`${name} is a known model`);
  return found.value;
}

test("a block is its tokens' bytes, scaled and rounded up to 64", () => {
  // 16 × 4096 = 65,536
  expect(blockBytes(model("laptop-1b"), { block_tokens: 16, kv_scale: 1 })).toBe(65_536);
  // 16 × 147,456 ÷ 64 = 36,864
  expect(blockBytes(model("qwen3-8b"), { block_tokens: 16, kv_scale: 1 / 64 })).toBe(36_864);
  // 1 × 4096 ÷ 100 = 40.96 → 64
  expect(blockBytes(model("laptop-1b"), { block_tokens: 1, kv_scale: 0.01 })).toBe(64);
});

test("blocks that fit beside the weights are counted at full scale", () => {
  const gpu = findGpuProfile("h200");
  if (!gpu.ok) throw new Error("h200 is a known GPU");
  // (141e9 − 2 × 8,190,735,360) ÷ (16 × 147,456) = 124,618,529,280 ÷ 2,359,296 = 52,820.2
  expect(maxHbmBlocks(model("qwen3-8b"), gpu.value, { block_tokens: 16, tp_size: 1 })).toBe(52_820);
  // 2 × 70,553,706,496 = 141.1 GB of weights are more than 141 GB.
  expect(maxHbmBlocks(model("llama3-70b"), gpu.value, { block_tokens: 16, tp_size: 1 })).toBeLessThan(0);
});
