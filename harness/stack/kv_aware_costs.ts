// What KVCache-centric routing reckons with in a stack: the engines' own model of compute, and the link between nodes.

import type { ArmConfig } from "../config/arm_config.ts";
import { usesSharedStore } from "../config/uses_shared_store.ts";
import { ComputeModel } from "../core/engine/compute_model.ts";
import type { KvAwareConfig } from "../core/router/kv_aware_config.ts";
import type { GpuProfile, ModelProfile } from "../domain/profile.ts";
import { NS_PER_S } from "../domain/units.ts";

export function kvAwareConfig(arm: ArmConfig, model: ModelProfile, gpu: GpuProfile): KvAwareConfig {
  const { bandwidth_bytes_per_s } = arm.link;
  const flops_per_ns = (gpu.flops_per_s * gpu.compute_efficiency) / NS_PER_S;
  const hbm_bytes_per_ns = (gpu.hbm_bytes_per_s * gpu.memory_efficiency) / NS_PER_S;
  const can_fetch = usesSharedStore(arm) && arm.store.pool === "global";
  return {
    block_tokens: arm.engine.block_tokens,
    balancing_threshold: can_fetch ? arm.router.kv_balancing_threshold : null,
    prefill_ns_per_token: (2 * model.active_params) / flops_per_ns,
    prefill_ns_per_attended_token: (4 * model.layers * model.attention_heads * model.head_dim) / flops_per_ns,
    transfer_ns_per_token:
      bandwidth_bytes_per_s === null ? 0 : (model.kv_bytes_per_token * NS_PER_S) / bandwidth_bytes_per_s,
    decode_base_ns: new ComputeModel(model, gpu).stepNs({ new_tokens: 1, attended_tokens: 1, kv_tokens: 0 }),
    decode_ns_per_kv_token: model.kv_bytes_per_token / hbm_bytes_per_ns,
    ttft_slo_ms: arm.router.ttft_slo_ms,
    tbt_slo_ms: arm.router.tbt_slo_ms,
  };
}
