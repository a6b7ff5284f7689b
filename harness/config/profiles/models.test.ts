import { expect, test } from "bun:test";
import { findModelProfile } from "./models.ts";

// layers × KV heads × head size × 2 (K, V) × 2 bytes; Kimi: layers × (512 + 64) × 2 bytes.
test.each([
  ["laptop-1b", 4_096], // 16 × 1 × 64 × 4
  ["qwen3-0.6b", 114_688], // 28 × 8 × 128 × 4
  ["qwen3-8b", 147_456], // 36 × 8 × 128 × 4
  ["llama3-70b", 327_680], // 80 × 8 × 128 × 4
  ["kimi-k2.5", 70_272], // 61 × 576 × 2
])("a token of %s has %d bytes of KV", (model_name, kv_bytes) => {
  const model = findModelProfile(model_name);
  expect(model.ok && model.value.kv_bytes_per_token).toBe(kv_bytes);
  expect(model.ok && model.value.model_name).toBe(model_name);
});

test("laptop-1b has the parameters its geometry adds up to", () => {
  const attention = 2 * 2048 * 2048 + 2 * 2048 * 64;
  const feed_forward = 3 * 2048 * 8192;
  const model = findModelProfile("laptop-1b");
  expect(model.ok && model.value.params).toBe(16 * (attention + feed_forward) + 32_000 * 2048);
});

test("an unknown model names the known ones", () => {
  const found = findModelProfile("qwen3-8");
  expect(found.ok ? "" : found.error.next_step).toBe(
    "Did you mean qwen3-8b? Use laptop-1b, qwen3-0.6b, qwen3-8b, llama3-70b or kimi-k2.5.",
  );
});
