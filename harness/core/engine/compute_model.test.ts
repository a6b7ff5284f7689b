import { expect, test } from "bun:test";
import type { GpuProfile, ModelProfile } from "../../domain/profile.ts";
import { ComputeModel } from "./compute_model.ts";

const MODEL: ModelProfile = {
  model_name: "m",
  layers: 2,
  hidden_size: 8,
  attention_heads: 4,
  kv_heads: 2,
  head_dim: 8,
  params: 1000,
  active_params: 1000,
  weight_bytes_per_param: 2,
  kv_bytes_per_token: 64,
  vocab_size: 100,
  source: "made up",
};
const GPU: GpuProfile = {
  gpu_name: "g",
  flops_per_s: 2e6,
  hbm_bytes_per_s: 2e6,
  hbm_bytes: 1e6,
  compute_efficiency: 0.5,
  memory_efficiency: 0.5,
  step_overhead_us: 100,
  source: "made up",
};

test("a prompt is bound by arithmetic", () => {
  // 10 new tokens, each attending to 5.5 on average: Σ = 55.
  // flops = 2·1000·10 + 4·2·4·8·55 = 20000 + 14080 = 34080; at 10⁶ flop/s 34.08 ms.
  // bytes = 1000·2 + 64·10 = 2640; at 10⁶ B/s 2.64 ms, the smaller. Plus 0.1 ms.
  const work = { new_tokens: 10, attended_tokens: 55, kv_tokens: 10 };
  expect(new ComputeModel(MODEL, GPU).stepNs(work)).toBe(34_180_000);
});

test("a decode step with a long context is bound by memory traffic", () => {
  // 1 new token over 1000: flops = 2000 + 256·1000 = 258000 → 258 ms on this GPU, so give it arithmetic to spare.
  // bytes = 2000 + 64·1000 = 66000 → 66 ms; flops at 10⁹/s 0.258 ms. Plus 0.1 ms.
  const fast = { ...GPU, flops_per_s: 2e9 };
  const work = { new_tokens: 1, attended_tokens: 1000, kv_tokens: 1000 };
  expect(new ComputeModel(MODEL, fast).stepNs(work)).toBe(66_100_000);
});

test("a mixture of experts reads its active weights for one token and nearly all for many", () => {
  // a = 100 / 1000: one token reads 1000 · 0.1 · 2 B = 200 B = 0.2 ms;
  // two read 1000 · (1 − 0.9²) · 2 B = 380 B = 0.38 ms; 1000 read 1 − 0.9¹⁰⁰⁰ ≈ all, 2 ms. Plus 0.1 ms.
  const model = { ...MODEL, active_params: 100, layers: 0, kv_bytes_per_token: 0 };
  const compute = new ComputeModel(model, { ...GPU, flops_per_s: 2e12 });
  const stepNs = (new_tokens: number): number =>
    compute.stepNs({ new_tokens, attended_tokens: 0, kv_tokens: 0 });
  expect(stepNs(1)).toBe(300_000);
  expect(stepNs(2)).toBe(480_000);
  expect(stepNs(1000)).toBe(2_100_000);
});

test("a run of decode steps ends as its steps do one by one", () => {
  const model = new ComputeModel(MODEL, GPU);
  const work = { new_tokens: 3, attended_tokens: 3_000, kv_tokens: 3_000 };
  const ends_ns: number[] = [];
  let end_ns = 5;
  for (let i = 0; i < 4; i++) {
    // Each of the three requests attends to, and reads, one token more than in the step before.
    const grown = { new_tokens: 3, attended_tokens: 3_000 + 3 * i, kv_tokens: 3_000 + 3 * i };
    end_ns += model.stepNs(grown);
    ends_ns.push(end_ns);
  }
  expect(model.decodeEnds(work, 3, 4, 5)).toEqual(ends_ns);
  expect(work.kv_tokens).toBe(3_000);
});
