// An engine put together and served: from opened memory, store and links to a listening process.

import type { DataPlane, Region } from "../../../native/ffi/data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import type { FabricKey } from "../../domain/fabric_key.ts";
import { ok, type Result } from "../../domain/result.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { ENGINE_SERVICE, type EngineTypes } from "../../wire/engine_codec.ts";
import { BlockShards } from "../block_shards.ts";
import { serveLoopback } from "../loopback_http.ts";
import type { NodePaths } from "../node_paths.ts";
import type { EngineProcess, Log, RunningProcess } from "../process_config.ts";
import { RemoteHolds } from "../remote_holds.ts";
import { serveRpcAt } from "../serve_rpc_at.ts";
import type { ShapedLinks } from "../shaped_links.ts";
import type { StartError } from "../start_error.ts";
import type { StoreClient } from "../store_client.ts";
import { EngineCompletions } from "./engine_completions.ts";
import { engineRoutes } from "./engine_http.ts";
import { EnginePulls } from "./engine_pulls.ts";
import { type EngineMachine, EngineShell } from "./engine_shell.ts";
import { EngineStoreOps } from "./engine_store_ops.ts";

/** What an engine stands on. Owned by who opened it, and closed after the engine's stop(). */
export interface EngineParts {
  readonly machine: EngineMachine;
  readonly plane: DataPlane;
  /** The block pool's bytes: num_hbm_blocks × the shards of a block. */
  readonly hbm: Region;
  /** By which other nodes reach it; null: through this host's memory. */
  readonly hbm_key: FabricKey | null;
  readonly paths: NodePaths;
  /** Of the model's name, as the bytes of a block carry it. */
  readonly model_id: number;
  readonly store: StoreClient | null;
  readonly links: ShapedLinks | null;
}

export async function serveEngine(
  config: EngineProcess,
  parts: EngineParts,
  clock: Clock,
  log: Log,
): Promise<Result<RunningProcess, StartError>> {
  const { machine, plane, hbm, hbm_key, paths, model_id, store, links } = parts;
  const holds = new RemoteHolds(clock, log);
  const shards = new BlockShards(hbm, config.core.ranks, model_id);
  const shell = new EngineShell({
    machine,
    core: config.core,
    plane,
    shards,
    hbm_key,
    release_address: config.rpc_address,
    store_ops: store === null ? null : new EngineStoreOps(store, shards),
    pulls: new EnginePulls({ core: config.core, plane, paths, shards, links, holds, clock, log }),
    holds,
    clock,
    log,
  });
  const rpc = await serveRpcAt<EngineTypes>(config.rpc_address, ENGINE_SERVICE, {
    release_blocks: ({ transfer_id }) => {
      shell.dispatch({ type: "remote_released", transfer_id });
      return { code: STORE_CODE.OK };
    },
    confirm_hold: ({ transfer_id }) => ({ held: shell.holds(transfer_id) }),
  });
  if (!rpc.ok) return rpc;
  const completions = new EngineCompletions(shell, config.core, clock);
  const http = serveLoopback(
    config.http_port,
    engineRoutes({ config, shell, completions, holds, store, paths, clock }),
  );
  if (!http.ok) {
    rpc.value.stop();
    return http;
  }
  const stop = async (): Promise<void> => {
    shell.stop();
    await http.value.stop();
    rpc.value.stop();
    holds.close();
  };
  return ok({ http_port: http.value.port, stop });
}
