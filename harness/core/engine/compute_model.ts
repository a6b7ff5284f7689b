// Duration of one step from a roofline: fixed overhead + the slower of arithmetic and memory traffic
// (Williams, Waterman, Patterson: Roofline, CACM 2009), over the tokens that vLLM V1 batches into one forward pass.
//
//   flops = 2 · active_params · new_tokens  +  4 · layers · heads · head_dim · Σ new_tokens_r · context_r
//   bytes = weight_bytes(new_tokens) + kv_bytes_per_token · Σ (context read + new)
//
// The factor 4: QKᵀ and AV, 2 flops for each multiply-add. context_r is the mean over the new tokens of what each attends
// to. A request's context is read once a step, at full scale: kv_scale shrinks what the store moves, not what a GPU reads.
// Not modelled: the vocabulary projection, activations, communication between GPUs (all inside the efficiencies).

import type { GpuProfile, ModelProfile } from "../../domain/profile.ts";
import { NS_PER_S, NS_PER_US } from "../../domain/units.ts";

/** The sums over a batch that its duration depends on. */
export interface StepWork {
  /** Tokens that enter the forward pass. */
  new_tokens: number;
  /** Σ over new tokens of the tokens each attends to. */
  attended_tokens: number;
  /** Σ over requests of context read and tokens written. */
  kv_tokens: number;
}

export class ComputeModel {
  readonly #model: ModelProfile;
  readonly #flops_per_token: number;
  readonly #flops_per_attended_token: number;
  readonly #flops_per_s: number;
  readonly #bytes_per_s: number;
  readonly #overhead_ns: number;
  /** Weights read by a batch, of the last size asked: batches that decode keep theirs. */
  #weight_tokens = -1;
  #weight_bytes = 0;

  constructor(model: ModelProfile, gpu: GpuProfile) {
    this.#model = model;
    this.#flops_per_token = 2 * model.active_params;
    this.#flops_per_attended_token = 4 * model.layers * model.attention_heads * model.head_dim;
    this.#flops_per_s = gpu.flops_per_s * gpu.compute_efficiency;
    this.#bytes_per_s = gpu.hbm_bytes_per_s * gpu.memory_efficiency;
    this.#overhead_ns = gpu.step_overhead_us * NS_PER_US;
  }

  /** Integer ns. */
  stepNs(work: StepWork): number {
    const flops =
      this.#flops_per_token * work.new_tokens + this.#flops_per_attended_token * work.attended_tokens;
    const bytes = this.#weightBytes(work.new_tokens) + this.#model.kv_bytes_per_token * work.kv_tokens;
    return this.#durationNs(flops, bytes);
  }

  /**
   * Ends of `steps` steps in which every request of the batch decodes one token, the first of them doing `work` from
   * `start_ns` on: [steps]. To the ns what stepNs says step by step.
   */
  decodeEnds(work: StepWork, requests: number, steps: number, start_ns: number): number[] {
    const token_flops = this.#flops_per_token * work.new_tokens;
    const weight_bytes = this.#weightBytes(work.new_tokens);
    const { kv_bytes_per_token } = this.#model;
    const ends_ns: number[] = [];
    let end_ns = start_ns;
    for (let i = 0; i < steps; i++) {
      // Each request's next token attends to, and reads, one more than its last.
      const more = i * requests;
      const flops = token_flops + this.#flops_per_attended_token * (work.attended_tokens + more);
      const bytes = weight_bytes + kv_bytes_per_token * (work.kv_tokens + more);
      end_ns += this.#durationNs(flops, bytes);
      ends_ns.push(end_ns);
    }
    return ends_ns;
  }

  #durationNs(flops: number, bytes: number): number {
    const busy_s = Math.max(flops / this.#flops_per_s, bytes / this.#bytes_per_s);
    return Math.round(this.#overhead_ns + busy_s * NS_PER_S);
  }

  /**
   * Weights read by a batch. Each token uses the part a = active_params / params; taking the tokens' choices of experts as
   * independent, a parameter is read with probability 1 − (1 − a)^tokens. One token reads the active parameters, a large
   * batch all of them, and a dense model (a = 1) always all.
   */
  #weightBytes(new_tokens: number): number {
    if (new_tokens === this.#weight_tokens) return this.#weight_bytes;
    const { params, active_params, weight_bytes_per_param } = this.#model;
    const part_read = 1 - (1 - active_params / params) ** new_tokens;
    this.#weight_tokens = new_tokens;
    this.#weight_bytes = params * part_read * weight_bytes_per_param;
    return this.#weight_bytes;
  }
}
