// Rules between the fields of an offload configuration. The sentences of OFFLOAD_TEXTS are prime-rl's own.

import type { ConfigProblem } from "../config_problem.ts";
import { problemWhen } from "../problem_when.ts";
import type { OffloadInput } from "./kv_offload_config.ts";

export const OFFLOAD_TEXTS = {
  cpu_tier: "inference.kv_cache_offload requires a cpu tier (disk-only offload is not supported).",
  prefix_caching: "KV cache offloading requires inference.vllm.enable_prefix_caching to be true.",
  mooncake_slurm:
    "Mooncake KV offload requires SLURM — the per-node store is launched by the sbatch template. Use inference.kv_cache_offload.type='native' for local runs.",
  router_replay:
    "Router replay with inference.kv_cache_offload is not supported. External KV cache hits do not carry routed-expert decisions.",
  multi_node: "Must use SLURM for multi-node / disaggregated deployment.",
} as const;

export function checkKvOffload({ inference, deployment, launcher }: OffloadInput): ConfigProblem[] {
  const { kv_cache_offload, vllm, router_replay, use_pd_kv_transfer } = inference;
  const offloads = kv_cache_offload !== null;
  return [
    ...problemWhen(offloads && vllm.enable_prefix_caching === false, {
      path: "inference.vllm.enable_prefix_caching",
      rule: "must be true or left out where there is offload",
      got: vllm.enable_prefix_caching,
      next_step: `${OFFLOAD_TEXTS.prefix_caching} Remove the setting.`,
    }),
    ...problemWhen(kv_cache_offload?.type === "mooncake" && launcher === "none", {
      path: "launcher",
      rule: "must start the store of inference.kv_cache_offload.type mooncake",
      got: launcher,
      next_step: `${OFFLOAD_TEXTS.mooncake_slurm} Or set launcher: local, and tierbench starts the store on this machine.`,
    }),
    ...problemWhen(offloads && router_replay, {
      path: "inference.router_replay",
      rule: "must be false where there is offload",
      got: router_replay,
      next_step: OFFLOAD_TEXTS.router_replay,
    }),
    ...problemWhen(deployment !== "single_node" && launcher === "none", {
      path: "deployment",
      rule: "must be single_node where nothing launches the other nodes",
      got: deployment,
      next_step: `${OFFLOAD_TEXTS.multi_node} Set launcher: slurm; launcher: local runs all roles on this machine.`,
    }),
    ...problemWhen(deployment === "disaggregated" && use_pd_kv_transfer === false, {
      path: "inference.use_pd_kv_transfer",
      rule: "must be true or left out where deployment is disaggregated",
      got: use_pd_kv_transfer,
      next_step: "Decode engines have no other way to get the KV of a prompt. Remove the setting.",
    }),
  ];
}
