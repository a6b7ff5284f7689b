// What a model and a GPU are to the compute-time model. The instances, each constant with its source, are in harness/config/profiles.

export interface ModelProfile {
  readonly model_name: string;
  readonly layers: number;
  readonly hidden_size: number;
  readonly attention_heads: number;
  readonly kv_heads: number;
  readonly head_dim: number;
  /** Parameters held in memory. */
  readonly params: number;
  /** Parameters used for one token (< params for mixture of experts). */
  readonly active_params: number;
  readonly weight_bytes_per_param: number;
  /** KV bytes of one token over all layers, at full scale. */
  readonly kv_bytes_per_token: number;
  readonly vocab_size: number;
  readonly source: string;
}

export interface GpuProfile {
  readonly gpu_name: string;
  /** Dense peak of the serving dtype, in FLOP/s, of one engine (all its GPUs). */
  readonly flops_per_s: number;
  readonly hbm_bytes_per_s: number;
  readonly hbm_bytes: number;
  /** Achieved part of the peak in prefill. */
  readonly compute_efficiency: number;
  readonly memory_efficiency: number;
  /** Fixed cost of one step: launch, sampling, scheduler. */
  readonly step_overhead_us: number;
  readonly source: string;
}
