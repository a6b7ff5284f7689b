// The live engine process: opens the native data plane, the block pool's memory, the links and the store, and serves an
// engine core on them. What it opened is closed in reverse order, at stop as when the start fails half-way.

import type { DataPlane } from "../../native/ffi/data_plane.ts";
import { modelId } from "../../native/ffi/model_id.ts";
import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import type { Clock } from "../clock/clock.ts";
import { EngineCore } from "../core/engine/engine_core.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { openEmbeddedStoreClient } from "./embedded_store_client.ts";
import { DEFAULT_RPC_TIMEOUT_MS } from "./embedded_store_options.ts";
import { type EngineParts, serveEngine } from "./engine_parts.ts";
import { openShapedLinks } from "./open_shaped_links.ts";
import { createOwnedRegion } from "./owned_region.ts";
import { PlaneClock } from "./plane_clock.ts";
import type { EngineProcess, LinkTable, Log, RunningProcess } from "./process_config.ts";
import type { ShapedLinks } from "./shaped_links.ts";
import type { StartError } from "./start_error.ts";
import type { StoreClient } from "./store_client.ts";

export async function startEngine(
  config: EngineProcess,
  clock: Clock,
  log: Log,
): Promise<Result<RunningProcess, StartError>> {
  await using opened = new AsyncDisposableStack();
  const plane = openDataPlane();
  if (!plane.ok) return err({ code: "native", detail: plane.error.detail });
  opened.defer(() => plane.value.close()); // Unmaps and unlinks the regions too.
  const native_clock = new PlaneClock(plane.value, clock);
  const parts = openParts(config, plane.value, native_clock, log, opened);
  if (!parts.ok) return parts;
  const engine = await serveEngine(config, parts.value, native_clock, log);
  if (!engine.ok) return engine;
  const owned = opened.move();
  const stop = async (): Promise<void> => {
    await engine.value.stop();
    await owned.disposeAsync();
  };
  return ok({ http_port: engine.value.http_port, stop });
}

/** Everything opened is handed to `opened`, on failure too. */
function openParts(
  config: EngineProcess,
  plane: DataPlane,
  clock: Clock,
  log: Log,
  opened: AsyncDisposableStack,
): Result<EngineParts, StartError> {
  const pool_bytes = config.core.num_hbm_blocks * config.core.block_bytes;
  const hbm = createOwnedRegion(plane, "hbm_shm_path", config.hbm_shm_path, pool_bytes, config.generation);
  if (!hbm.ok) return hbm;
  const links = openLinks(config.links, opened);
  if (!links.ok) return links;
  const store = openStore(config, { plane, links: links.value, clock, log }, opened);
  if (!store.ok) return store;
  return ok({
    machine: new EngineCore(config.core, config.weights_version),
    plane,
    hbm: hbm.value,
    model_id: modelId(config.core.model.model_name),
    store: store.value,
    links: links.value,
  });
}

function openLinks(
  table: LinkTable | null,
  opened: AsyncDisposableStack,
): Result<ShapedLinks | null, StartError> {
  if (table === null) return ok(null);
  const links = openShapedLinks(table);
  if (links.ok) opened.defer(() => links.value.close());
  return links;
}

interface StoreNeeds extends Pick<EngineParts, "plane" | "links"> {
  readonly clock: Clock;
  readonly log: Log;
}

function openStore(
  config: EngineProcess,
  needs: StoreNeeds,
  opened: AsyncDisposableStack,
): Result<StoreClient | null, StartError> {
  if (config.master_address === null) return ok(null);
  const store = openEmbeddedStoreClient({
    ...needs,
    client_id: config.name,
    node: config.core.node,
    master_address: config.master_address,
    rpc_timeout_ms: DEFAULT_RPC_TIMEOUT_MS,
  });
  if (!store.ok) return store;
  opened.defer(() => store.value.close());
  return store;
}
