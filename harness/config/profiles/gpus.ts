// GPUs as the compute-time model sees them: one GPU is one engine. Peaks are the vendor's dense BF16 tensor numbers (half of
// what data sheets print with sparsity) and memory bandwidths of the SXM parts. The two efficiencies and the step overhead
// are assumptions, not measurements: 50 % of the peak in prefill and 80 % of the bandwidth in decode are usual of tuned kernels.
// The H200's peaks were compared with a public copy of its data sheet; those of H800, A800, A100 and GB200 are from memory of
// theirs (for GB200 a public article has 2.25 PFLOPS and 7.7 TB/s where 2.5 and 8 stand here).
//
// `h200x8` is eight h200 as one engine, with peaks and memory added up: the cost of their collectives is not modelled.

import type { GpuProfile } from "../../domain/profile.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { findProfile } from "./find_profile.ts";

const ASSUMED = { compute_efficiency: 0.5, memory_efficiency: 0.8, step_overhead_us: 500 } as const;

const LAPTOP: GpuProfile = {
  gpu_name: "laptop",
  flops_per_s: 40e12,
  hbm_bytes_per_s: 400e9,
  hbm_bytes: 8e9,
  ...ASSUMED,
  source:
    "ours, no product: set so that laptop-1b takes about 0.1 ms a prompt token and 7 ms a decode step, " +
    "long beside the timers of a two-core host and short enough for a bench of three minutes",
};

const H200: GpuProfile = {
  gpu_name: "h200",
  flops_per_s: 989e12,
  hbm_bytes_per_s: 4.8e12,
  hbm_bytes: 141e9,
  ...ASSUMED,
  source: "NVIDIA H200 SXM data sheet: 1,979 TFLOPS BF16 with sparsity, 4.8 TB/s, 141 GB",
};

const H800: GpuProfile = {
  gpu_name: "h800",
  flops_per_s: 989e12,
  hbm_bytes_per_s: 3.35e12,
  hbm_bytes: 80e9,
  ...ASSUMED,
  source: "NVIDIA H800 SXM data sheet: tensor peak, 3.35 TB/s and 80 GB of the H100 SXM (narrower NVLink)",
};

const A800: GpuProfile = {
  gpu_name: "a800",
  flops_per_s: 312e12,
  hbm_bytes_per_s: 2.039e12,
  hbm_bytes: 80e9,
  ...ASSUMED,
  source: "NVIDIA A800 80 GB SXM data sheet: 312 TFLOPS BF16, 2,039 GB/s (narrower NVLink than the A100)",
};

const A100_40G: GpuProfile = {
  gpu_name: "a100-40g",
  flops_per_s: 312e12,
  hbm_bytes_per_s: 1.555e12,
  hbm_bytes: 40e9,
  ...ASSUMED,
  source: "NVIDIA A100 40 GB SXM data sheet: 312 TFLOPS BF16, 1,555 GB/s",
};

const GB200: GpuProfile = {
  gpu_name: "gb200",
  flops_per_s: 2.5e15,
  hbm_bytes_per_s: 8e12,
  hbm_bytes: 186e9,
  ...ASSUMED,
  source:
    "NVIDIA GB200 NVL72 data sheet ÷ 72: 360 PFLOPS BF16 with sparsity, 576 TB/s, 13.4 TB; one of the superchip's two GPUs",
};

const GPUS: ReadonlyMap<string, GpuProfile> = new Map(
  [LAPTOP, H200, H800, A800, A100_40G, GB200].map((gpu) => [gpu.gpu_name, gpu]),
);

/** `h200`, or `h200x8` for an engine of several. */
export function findGpuProfile(gpu_name: string): Result<GpuProfile, ConfigProblem> {
  const [, one_name = gpu_name, count = "1"] = /^(.+)x([1-9]\d?)$/.exec(gpu_name) ?? [];
  const found = findProfile(GPUS, one_name, "engine.gpu");
  if (!found.ok) return err({ ...found.error, got: gpu_name });
  return count === "1" ? found : ok(addUp(found.value, Number(count)));
}

function addUp(gpu: GpuProfile, count: number): GpuProfile {
  return {
    ...gpu,
    gpu_name: `${gpu.gpu_name}x${count}`,
    flops_per_s: gpu.flops_per_s * count,
    hbm_bytes_per_s: gpu.hbm_bytes_per_s * count,
    hbm_bytes: gpu.hbm_bytes * count,
    source: `${count} × ${gpu.source}; collectives not modelled`,
  };
}
