// The value of vLLM's --kv-transfer-config for an offload configuration, exactly as prime-rl builds it (spec:
// prime_rl_kv_offload_config.md). Pure. Keys stand in the order of the JSON text, which goldens compare.

import type { KvOffload, OffloadConfig } from "./kv_offload_config.ts";

export interface KvTransferConfig {
  readonly kv_connector: string;
  readonly kv_role: "kv_both";
  readonly kv_connector_extra_config: { readonly [key: string]: unknown };
}

/** Null: no connector, and no flag. */
export function buildKvTransferConfig({
  inference,
}: Pick<OffloadConfig, "inference">): KvTransferConfig | null {
  const { kv_cache_offload, use_pd_kv_transfer } = inference;
  const offload = kv_cache_offload === null ? null : offloadConnector(kv_cache_offload);
  if (!use_pd_kv_transfer) return offload;
  const hand_over = connector("NixlConnector", { num_threads: 1 });
  // The hand-over is asked first: the first child with a hit is the only one that loads.
  return offload === null ? hand_over : connector("MultiConnector", { connectors: [hand_over, offload] });
}

function offloadConnector(offload: KvOffload): KvTransferConfig {
  if (offload.type === "mooncake") return connector("MooncakeStoreConnector", {});
  const cpu = { cpu_bytes_to_use: offload.cpu.num_bytes };
  if (offload.disk === null) return connector("OffloadingConnector", cpu);
  return connector("OffloadingConnector", {
    ...cpu,
    spec_name: "TieringOffloadingSpec",
    secondary_tiers: [{ type: "fs_python", root_dir: offload.disk.path }],
  });
}

function connector(
  kv_connector: string,
  kv_connector_extra_config: KvTransferConfig["kv_connector_extra_config"],
): KvTransferConfig {
  return { kv_connector, kv_role: "kv_both", kv_connector_extra_config };
}
