import { expect, test } from "bun:test";
import { findGpuProfile } from "../config/profiles/gpus.ts";
import { findModelProfile } from "../config/profiles/models.ts";
import { ComputeModel } from "../core/engine/compute_model.ts";
import { fitPublishedTtft, PUBLISHED_TTFT } from "./published_ttft.ts";

const model = findModelProfile("qwen3-8b");
const gpu = findGpuProfile("h800x8");
if (!model.ok || !gpu.ok) throw new Error("the published run's profiles are known");

test("the published points double from 128 to 32,768 tokens", () => {
  expect(PUBLISHED_TTFT.map((point) => point.prompt_tokens)).toEqual([
    128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768,
  ]);
});

test("fitted on every second point, the model is within 8 % on the others", () => {
  const fit = fitPublishedTtft(model.value, gpu.value);
  const held_out = fit.points.filter((point) => !point.fitted);
  expect(held_out.map((point) => point.prompt_tokens)).toEqual([256, 1_024, 4_096, 16_384]);
  for (const point of held_out) expect(Math.abs(point.error_pct)).toBeLessThan(8);
});

test("points made by the model give its constants back", () => {
  const compute = new ComputeModel(model.value, {
    ...gpu.value,
    compute_efficiency: 0.5,
    step_overhead_us: 0,
  });
  const made = [128, 256, 512, 1_024, 2_048, 4_096, 8_192].map((prompt_tokens) => {
    const step_ns = compute.stepNs({
      new_tokens: prompt_tokens,
      attended_tokens: (prompt_tokens * (prompt_tokens + 1)) / 2,
      kv_tokens: prompt_tokens,
    });
    return { prompt_tokens, ttft_ms: 40 + 0.01 * prompt_tokens + step_ns / 1e6 };
  });
  const fit = fitPublishedTtft(model.value, gpu.value, made);
  expect(fit.compute_efficiency).toBeCloseTo(0.5, 1);
  expect(Math.max(...fit.points.map((point) => Math.abs(point.error_pct)))).toBeLessThan(0.5);
});
