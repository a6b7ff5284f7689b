// The command and environment of one real engine. The command is a template, so that any program that serves the same HTTP can
// stand in for `vllm serve`. Pure. Source: spec vllm_mooncake_store_connector.md §1.7, §1.8 (run_vllm_with_mooncake_owner.sh).

import type { EngineLaunch } from "../config/kv_offload_launch_config.ts";
import type { KvTransferConfig } from "../config/kv_offload_transfer.ts";
import type { EngineRole } from "../domain/topology.ts";
import type { Command } from "./mooncake_commands.ts";

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
  };
  const words = command.map((word) =>
    word.replace(/\{(model|port|role|engine)\}/g, (_, name: string) => values[name] ?? ""),
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
function engineEnv({ mooncake_config_path, preferred_segment, gid_index }: EnginePlace): Command["env"] {
  return {
    ...(mooncake_config_path === null ? {} : { MOONCAKE_CONFIG_PATH: mooncake_config_path }),
    ...(preferred_segment === null ? {} : { MOONCAKE_PREFERRED_SEGMENT: preferred_segment }),
    ...(gid_index === null ? {} : { MC_GID_INDEX: String(gid_index), MC_ENABLE_DEST_DEVICE_AFFINITY: "1" }),
    ...(mooncake_config_path === null ? {} : { PYTHONHASHSEED: "0" }),
  };
}
