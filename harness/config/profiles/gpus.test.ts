import { expect, test } from "bun:test";
import type { GpuProfile } from "../../domain/profile.ts";
import { findGpuProfile } from "./gpus.ts";

function gpu(name: string): GpuProfile {
  const found = findGpuProfile(name);
  if (!found.ok) throw new Error(`${name} is a known GPU`);
  return found.value;
}

test("peaks are dense: half of what the data sheet prints with sparsity", () => {
  // 1,979 ÷ 2 and 360,000 ÷ 72 ÷ 2 TFLOPS
  expect(gpu("h200").flops_per_s).toBe(989e12);
  expect(gpu("gb200").flops_per_s).toBe(2_500e12);
});

test("several GPUs of one engine add up", () => {
  // 8 × 141 GB, 8 × 4.8 TB/s
  expect(gpu("h200x8")).toMatchObject({ gpu_name: "h200x8", hbm_bytes: 1_128e9, hbm_bytes_per_s: 38.4e12 });
  expect(gpu("h200x8").compute_efficiency).toBe(gpu("h200").compute_efficiency);
});

test("the laptop is slow enough to measure: about 0.1 ms a prompt token, 5 to 10 ms a decode step", () => {
  const { flops_per_s, compute_efficiency, hbm_bytes_per_s, memory_efficiency, step_overhead_us } =
    gpu("laptop");
  // 2 × 1.009e9 FLOP ÷ 20e12 FLOP/s = 0.101 ms
  expect((2 * 1_009_254_400 * 1e3) / (flops_per_s * compute_efficiency)).toBeCloseTo(0.101, 3);
  // 2.018e9 bytes ÷ 320e9 bytes/s + 0.5 ms = 6.81 ms
  const step_ms = (2 * 1_009_254_400 * 1e3) / (hbm_bytes_per_s * memory_efficiency) + step_overhead_us / 1e3;
  expect(step_ms).toBeCloseTo(6.81, 2);
});

test("an unknown GPU is a problem at engine.gpu", () => {
  const found = findGpuProfile("h100x8");
  expect(found.ok ? "" : found.error.path).toBe("engine.gpu");
  expect(found.ok ? "" : found.error.got).toBe("h100x8");
});
