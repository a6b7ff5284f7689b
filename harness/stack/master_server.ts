// The live master: core/master behind RPC and HTTP, ticked on the clock. It holds metadata only; no object's bytes pass it.

import type { Clock } from "../clock/clock.ts";
import { Random } from "../clock/random.ts";
import { MASTER_DEFAULTS } from "../core/master/master_config.ts";
import { MasterCore, TICK_MS } from "../core/master/master_core.ts";
import { SegmentAllocator } from "../core/tier/segment_allocator.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { MASTER_SERVICE, type MasterTypes } from "../wire/master_codec.ts";
import type { Handlers } from "../wire/rpc_service.ts";
import { serveLoopback } from "./loopback_http.ts";
import { masterSummary } from "./master_metrics.ts";
import { masterRoutes } from "./master_routes.ts";
import { runPeriodically } from "./periodic.ts";
import type { Log, MasterProcess, RunningProcess } from "./process_config.ts";
import { serveRpcAt } from "./serve_rpc_at.ts";
import type { StartError } from "./start_error.ts";

export async function startMaster(
  config: MasterProcess,
  clock: Clock,
  log: Log,
): Promise<Result<RunningProcess, StartError>> {
  const core = new MasterCore(
    { ...MASTER_DEFAULTS, ...config.store },
    {
      random: new Random(config.seed).fork("placement"),
      newSpace: (segment_bytes) => new SegmentAllocator(segment_bytes),
    },
  );
  const rpc = await serveRpcAt<MasterTypes>(config.rpc_address, MASTER_SERVICE, masterHandlers(core, clock));
  if (!rpc.ok) return rpc;
  const http = serveLoopback(config.http_port, masterRoutes(core, clock));
  if (!http.ok) {
    rpc.value.stop();
    return err(http.error);
  }
  const ticks = runPeriodically(clock, TICK_MS, () => core.tick(clock.now_ns()));
  const stop = async (): Promise<void> => {
    await ticks.stop();
    rpc.value.stop();
    await http.value.stop();
    log(masterSummary(core.stats(clock.now_ns())));
  };
  return ok({ http_port: http.value.port, stop });
}

function masterHandlers(core: MasterCore, clock: Clock): Handlers<MasterTypes> {
  return {
    mount_segment: (request) => core.handle({ op: "mount_segment", ...request }, clock.now_ns()),
    unmount_segment: (request) => core.handle({ op: "unmount_segment", ...request }, clock.now_ns()),
    get_segments: () => core.handle({ op: "get_segments" }, clock.now_ns()),
    ping: (request) => core.handle({ op: "ping", ...request }, clock.now_ns()),
    batch_exist: (request) => core.handle({ op: "batch_exist", ...request }, clock.now_ns()),
    batch_get_replicas: (request) => core.handle({ op: "batch_get_replicas", ...request }, clock.now_ns()),
    batch_put_start: (request) => core.handle({ op: "batch_put_start", ...request }, clock.now_ns()),
    batch_put_end: (request) => core.handle({ op: "batch_put_end", ...request }, clock.now_ns()),
    batch_put_revoke: (request) => core.handle({ op: "batch_put_revoke", ...request }, clock.now_ns()),
    remove: (request) => core.handle({ op: "remove", ...request }, clock.now_ns()),
    remove_by_regex: (request) => core.handle({ op: "remove_by_regex", ...request }, clock.now_ns()),
    remove_all: (request) => core.handle({ op: "remove_all", ...request }, clock.now_ns()),
    offload_heartbeat: (request) => core.handle({ op: "offload_heartbeat", ...request }, clock.now_ns()),
    notify_offloaded: (request) => core.handle({ op: "notify_offloaded", ...request }, clock.now_ns()),
    notify_disk_evicted: (request) => core.handle({ op: "notify_disk_evicted", ...request }, clock.now_ns()),
    get_stats: () => core.handle({ op: "get_stats" }, clock.now_ns()),
  };
}
