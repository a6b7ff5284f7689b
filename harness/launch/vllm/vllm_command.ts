// The command and environment of one real engine. The command is a template, so that any program that serves the same HTTP can
// stand in for `vllm serve`. Pure. Source: spec vllm_mooncake_store_connector.md §1.3, §1.7, §1.8 (run_vllm_with_mooncake_owner.sh).

import type { EngineLaunch } from "../../config/kv_offload/kv_offload_launch_config.ts";
import type { KvTransferConfig } from "../../config/kv_offload/kv_offload_transfer.ts";
import type { EngineRole } from "../../domain/topology.ts";
import type { Command } from "../mooncake/mooncake_commands.ts";

export interface EnginePlace {
  readonly engine_name: string;
  readonly role: EngineRole;
  readonly port: number;
  /** Null: no connector. */
  readonly kv_transfer_config: KvTransferConfig | null;
  /** The file of worker settings; null without a Mooncake store. */
  readonly mooncake_config_path: string | null;
  /** The segment that puts go to first; null for none. */
  readonly preferred_segment: string | null;
  /** Null: no RDMA, or the user has chosen one. */
  readonly gid_index: number | null;
  /** Physical indices; empty: the engine sees what its host has. */
  readonly gpu_indices: readonly number[];
  /** Of its own: engines of one host would meet at one socket otherwise. Null without a store. */
  readonly rpc_dir: string | null;
  /** Where decode engines reach it for the KV that it hands over; null: it hands nothing over. */
  readonly side_channel: { readonly host: string; readonly port: number } | null;
  /** Of an engine of this program that stands in for vLLM. */
  readonly engine_config_path: string;
}

export interface EngineCommand extends Command {
  /** False: the template names a connector of its own, and gets no other. */
  readonly injected: boolean;
}

const CONNECTOR_FLAG = "--kv-transfer-config";

export const SKIP_INJECT_TEXT =
  "Wrapped command already has --kv-transfer-config; skipping wrapper auto-inject.";

export function engineCommand({ model, command, env }: EngineLaunch, place: EnginePlace): EngineCommand {
  const values: { readonly [name: string]: string } = {
    model,
    port: String(place.port),
    role: place.role,
    engine: place.engine_name,
    engine_config: place.engine_config_path,
  };
  const words = command.map((word) =>
    word.replace(/\{(model|port|role|engine|engine_config)\}/g, (_, name: string) => values[name] ?? ""),
  );
  const own = words.some((word) => word === CONNECTOR_FLAG || word.startsWith(`${CONNECTOR_FLAG}=`));
  const injects = !own && place.kv_transfer_config !== null;
  return {
    argv: injects ? [...words, CONNECTOR_FLAG, JSON.stringify(place.kv_transfer_config)] : words,
    env: { ...engineEnv(place), ...env },
    injected: injects,
  };
}

/** What the user's own `engine.env` names wins over these. Engines that share a store must hash blocks alike. */
function engineEnv(place: EnginePlace): Command["env"] {
  const { mooncake_config_path, preferred_segment, gid_index, gpu_indices, rpc_dir, side_channel } = place;
  return {
    ...(mooncake_config_path === null ? {} : { MOONCAKE_CONFIG_PATH: mooncake_config_path }),
    ...(preferred_segment === null ? {} : { MOONCAKE_PREFERRED_SEGMENT: preferred_segment }),
    ...(gid_index === null ? {} : { MC_GID_INDEX: String(gid_index), MC_ENABLE_DEST_DEVICE_AFFINITY: "1" }),
    ...(mooncake_config_path === null ? {} : { PYTHONHASHSEED: "0", VLLM_MOONCAKE_STORE_TIER_LOG: "1" }),
    ...(rpc_dir === null ? {} : { VLLM_RPC_BASE_PATH: rpc_dir }),
    ...(side_channel === null
      ? {}
      : {
          VLLM_NIXL_SIDE_CHANNEL_HOST: side_channel.host,
          VLLM_NIXL_SIDE_CHANNEL_PORT: String(side_channel.port),
        }),
    ...(gpu_indices.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: gpu_indices.join(",") }),
    // Serves /reset_prefix_cache.
    VLLM_SERVER_DEV_MODE: "1",
  };
}
