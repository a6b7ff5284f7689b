// The live engine process: opens the native data plane, the block pool's memory, the links and the store, and serves an
// engine core on them. What it opened is closed in reverse order, at stop as when the start fails half-way.

import type { Region } from "../../../native/ffi/data_plane.ts";
import { modelId } from "../../../native/ffi/model_id.ts";
import type { Clock } from "../../clock/clock.ts";
import { startLines } from "../../core/connector/start_lines.ts";
import { EngineCore } from "../../core/engine/engine_core.ts";
import type { FabricKey } from "../../domain/fabric_key.ts";
import { poolBlockBytes } from "../../domain/rank_layout.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { SharedSecret } from "../../wire/shared_secret.ts";
import { openEmbeddedStoreClient } from "../embedded_store_client.ts";
import { DEFAULT_RPC_TIMEOUT_MS } from "../embedded_store_options.ts";
import { MooncakeRequesterProcess } from "../mooncake/mooncake_requester_process.ts";
import { MooncakeStoreClient } from "../mooncake/mooncake_store_client.ts";
import { NativeStoreClient } from "../native_store_client.ts";
import { NodePaths } from "../node_paths.ts";
import { openProcessPlane, type ProcessPlane } from "../open_process_plane.ts";
import { openShapedLinks } from "../open_shaped_links.ts";
import { createOwnedRegion } from "../owned_region.ts";
import { startOwner } from "../owner/owner_server.ts";
import { PlaneClock } from "../plane_clock.ts";
import type {
  EngineProcess,
  LinkTable,
  Log,
  MooncakeReach,
  NativePoolPlan,
  RunningProcess,
} from "../process_config.ts";
import type { ShapedLinks } from "../shaped_links.ts";
import type { StartError } from "../start_error.ts";
import type { StoreClient } from "../store_client.ts";
import { type EngineParts, serveEngine } from "./engine_parts.ts";

export async function startEngine(
  config: EngineProcess,
  clock: Clock,
  log: Log,
  secret: SharedSecret | null = null,
): Promise<Result<RunningProcess, StartError>> {
  await using opened = new AsyncDisposableStack();
  const process_plane = openProcessPlane(config.network, log);
  if (!process_plane.ok) return process_plane;
  const { plane } = process_plane.value;
  opened.defer(() => plane.close()); // Unmaps and unlinks the regions too.
  const native_clock = new PlaneClock(plane, clock);
  const parts = await openParts(config, process_plane.value, { clock: native_clock, log, secret }, opened);
  if (!parts.ok) return parts;
  const segment = await mountSegment(config, { clock, log, secret }, opened);
  if (!segment.ok) return segment;
  const engine = await serveEngine(config, parts.value, native_clock, log);
  if (!engine.ok) return engine;
  const owned = opened.move();
  const stop = async (): Promise<void> => {
    await engine.value.stop();
    await owned.disposeAsync();
  };
  return ok({ http_port: engine.value.http_port, stop });
}

/** The store client's start: what it says of its set-up, and the memory that it mounts itself, if any. */
async function mountSegment(
  { core, segment, master_address, mooncake }: EngineProcess,
  { clock, log, secret }: Pick<StoreNeeds, "clock" | "log" | "secret">,
  opened: AsyncDisposableStack,
): Promise<Result<null, StartError>> {
  if (core.connector === null || (master_address === null && mooncake === null)) return ok(null);
  const { preferred_segment, enable_offload } = core.connector;
  const mode = segment === null ? "standalone-store" : "embedded";
  const segment_bytes = segment?.segment_bytes ?? 0;
  for (const { level, line } of startLines({ mode, segment_bytes, preferred_segment, enable_offload })) {
    log(level === "warning" ? `WARNING ${line}` : line);
  }
  if (segment === null) return ok(null);
  const mounted = await startOwner(segment, clock, log, secret);
  if (!mounted.ok) return mounted;
  opened.defer(() => mounted.value.stop());
  return ok(null);
}

/** Everything opened is handed to `opened`, on failure too. */
async function openParts(
  config: EngineProcess,
  { plane, network }: ProcessPlane,
  tools: Pick<StoreNeeds, "clock" | "log" | "secret">,
  opened: AsyncDisposableStack,
): Promise<Result<EngineParts, StartError>> {
  const pool_bytes = config.core.num_hbm_blocks * poolBlockBytes(config.core.ranks);
  const hbm = createOwnedRegion(plane, "hbm_shm_path", config.hbm_shm_path, pool_bytes, config.generation);
  if (!hbm.ok) return hbm;
  const hbm_key = await publishPool(network, hbm.value);
  if (!hbm_key.ok) return hbm_key;
  const paths = new NodePaths(config.core.node, plane, network);
  const links = openLinks(config.links, opened);
  if (!links.ok) return links;
  const store = await openStore(config, { ...tools, plane, paths, links: links.value }, opened);
  if (!store.ok) return store;
  return ok({
    machine: new EngineCore(config.core, config.weights_version),
    plane,
    hbm: hbm.value,
    hbm_key: hbm_key.value,
    paths,
    model_id: modelId(config.core.model.model_name),
    store: store.value,
    links: links.value,
  });
}

/** Offers the block pool to engines on other nodes, which pull from it. */
async function publishPool(
  network: ProcessPlane["network"],
  pool: Region,
): Promise<Result<FabricKey | null, StartError>> {
  const key = network === null ? ok(null) : await network.publish(pool);
  return key.ok ? key : err({ code: "network", detail: `link.protocol: ${key.error.detail}` });
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

interface StoreNeeds extends Pick<EngineParts, "plane" | "paths" | "links"> {
  readonly clock: Clock;
  readonly log: Log;
  readonly secret: SharedSecret | null;
}

async function openStore(
  config: EngineProcess,
  needs: StoreNeeds,
  opened: AsyncDisposableStack,
): Promise<Result<StoreClient | null, StartError>> {
  if (config.mooncake !== null) return openMooncake(config.mooncake, needs, opened);
  if (config.native !== null) return openNative(config, config.native, needs, opened);
  if (config.master_address === null) return ok(null);
  const store = openEmbeddedStoreClient({
    ...needs,
    client_id: config.name,
    node: config.core.node,
    master_address: config.master_address,
    rpc_timeout_ms: DEFAULT_RPC_TIMEOUT_MS,
    ...(config.core.connector === null ? {} : { get_order: config.core.connector.get_order }),
  });
  if (!store.ok) return store;
  opened.defer(() => store.value.close());
  return store;
}

async function openMooncake(
  { argv, env, setup, local_segment }: MooncakeReach,
  { plane }: StoreNeeds,
  opened: AsyncDisposableStack,
): Promise<Result<StoreClient, StartError>> {
  const requester = await MooncakeRequesterProcess.start({ argv, env, setup, stderr: "inherit" });
  if (!requester.ok) return requester;
  const store = new MooncakeStoreClient({
    requester: requester.value,
    plane,
    local_segment,
    observe_puts: true,
  });
  opened.defer(() => store.close());
  return ok(store);
}

function openNative(
  { core, generation }: EngineProcess,
  { shm_path, pool_bytes, slot_bytes, disk }: NativePoolPlan,
  { plane, log }: StoreNeeds,
  opened: AsyncDisposableStack,
): Result<StoreClient, StartError> {
  const pool = createOwnedRegion(plane, "native.shm_path", shm_path, pool_bytes, generation);
  if (!pool.ok) return pool;
  const object_bytes = core.ranks.shard_bytes;
  const store = new NativeStoreClient({ plane, pool: pool.value, object_bytes, slot_bytes, disk, log });
  opened.defer(() => store.close());
  return ok(store);
}
