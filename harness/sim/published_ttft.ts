// The engine model held against published figures: mean TTFT of Qwen3-8B on 8 × H800, one prefill engine, one request at a time
// (issue 5 of this project gives the points). The model is
//
//   TTFT(n) = fixed + per_token · n + Σ chunks stepNs(chunk)
//
// with the roofline of core/engine/compute_model.ts. Three constants are fitted on every second point (fixed and per-token cost
// of the serving path, achieved part of the peak), by least squares of the relative error; the error is told on the others.

import { ComputeModel } from "../core/engine/compute_model.ts";
import { assert } from "../domain/assert.ts";
import type { GpuProfile, ModelProfile } from "../domain/profile.ts";
import { NS_PER_MS } from "../domain/units.ts";

export interface TtftPoint {
  readonly prompt_tokens: number;
  readonly ttft_ms: number;
}

export const PUBLISHED_TTFT: readonly TtftPoint[] = [
  46.09, 48.04, 59.91, 67.29, 85.31, 124.42, 212.05, 387.52, 749.62,
].map((ttft_ms, i) => ({ prompt_tokens: 128 * 2 ** i, ttft_ms }));

export interface TtftFit {
  readonly fixed_ms: number;
  readonly us_per_token: number;
  readonly compute_efficiency: number;
  readonly points: readonly FittedPoint[];
}

export interface FittedPoint extends TtftPoint {
  readonly model_ms: number;
  readonly error_pct: number;
  /** Was it used for fitting? */
  readonly fitted: boolean;
}

/** vLLM's default budget of a step on a large GPU. */
const CHUNK_TOKENS = 8_192;
const EFFICIENCIES = Array.from({ length: 71 }, (_, i) => 0.2 + i / 100);

export function fitPublishedTtft(
  model: ModelProfile,
  gpu: GpuProfile,
  published: readonly TtftPoint[] = PUBLISHED_TTFT,
): TtftFit {
  const is_fitted = (i: number): boolean => i % 2 === 0;
  const training = published.filter((_, i) => is_fitted(i));
  const candidates = EFFICIENCIES.map((compute_efficiency) => {
    const steps = stepTimes(model, { ...gpu, compute_efficiency, step_overhead_us: 0 });
    return { compute_efficiency, steps, ...solveLine(training, steps) };
  }).filter((candidate) => candidate.us_per_token >= 0);
  const [first, ...others] = candidates;
  assert(first !== undefined, "some efficiency leaves room for the serving path");
  const best = others.reduce((a, b) => (b.squared_error < a.squared_error ? b : a), first);
  const points = published.map((point, i): FittedPoint => {
    const line_ms = best.fixed_ms + (best.us_per_token / 1000) * point.prompt_tokens;
    const model_ms = line_ms + best.steps(point.prompt_tokens);
    return { ...point, model_ms, error_pct: 100 * (model_ms / point.ttft_ms - 1), fitted: is_fitted(i) };
  });
  const { fixed_ms, us_per_token, compute_efficiency } = best;
  return { fixed_ms, us_per_token, compute_efficiency, points };
}

/** GPU time of a prompt in ms, chunk by chunk. */
function stepTimes(model: ModelProfile, gpu: GpuProfile): (prompt_tokens: number) => number {
  const compute = new ComputeModel(model, gpu);
  return (prompt_tokens) => {
    let total_ns = 0;
    for (let start = 0; start < prompt_tokens; start += CHUNK_TOKENS) {
      const new_tokens = Math.min(CHUNK_TOKENS, prompt_tokens - start);
      // Token i of the prompt attends to i + 1 tokens.
      const attended_tokens = new_tokens * start + (new_tokens * (new_tokens + 1)) / 2;
      total_ns += compute.stepNs({ new_tokens, attended_tokens, kv_tokens: start + new_tokens });
    }
    return total_ns / NS_PER_MS;
  };
}

interface Line {
  readonly fixed_ms: number;
  readonly us_per_token: number;
  readonly squared_error: number;
}

/** Weighted least squares of (ttft − steps) = fixed + slope · n, each point by 1 ÷ ttft². */
function solveLine(points: readonly TtftPoint[], steps: (prompt_tokens: number) => number): Line {
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const { prompt_tokens: x, ttft_ms } of points) {
    const weight = 1 / ttft_ms ** 2;
    const y = ttft_ms - steps(x);
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * y;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const fixed_ms = (wy - slope * wx) / w;
  const squared_error = points.reduce((sum, { prompt_tokens, ttft_ms }) => {
    const model_ms = fixed_ms + slope * prompt_tokens + steps(prompt_tokens);
    return sum + (model_ms / ttft_ms - 1) ** 2;
  }, 0);
  return { fixed_ms, us_per_token: slope * 1000, squared_error };
}
