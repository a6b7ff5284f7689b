// The live master: core/master behind RPC and HTTP, ticked on the clock. It holds metadata only; no object's bytes pass it.

import type { Clock } from "../../clock/clock.ts";
import { Random } from "../../clock/random.ts";
import { MASTER_DEFAULTS } from "../../core/master/master_config.ts";
import { MasterCore, TICK_MS } from "../../core/master/master_core.ts";
import { SegmentAllocator } from "../../core/tier/segment_allocator.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";
import { MASTER_SERVICE, type MasterTypes } from "../../wire/master_codec.ts";
import type { Handlers } from "../../wire/rpc_service.ts";
import type { SharedSecret } from "../../wire/shared_secret.ts";
import { serveLoopback } from "../loopback_http.ts";
import { runPeriodically } from "../periodic.ts";
import type { Log, MasterProcess, RunningProcess } from "../process_config.ts";
import { serveRpcAt } from "../serve_rpc_at.ts";
import type { StartError } from "../start_error.ts";
import { MasterGarbage } from "./master_garbage.ts";
import { masterRoutes } from "./master_routes.ts";
import { masterSummary, SNAPSHOT_MS, type SummarySnapshot } from "./master_summary.ts";
import { removeMany } from "./remove_many.ts";

/** A timer this far off lets the event loop serve what waits in its sockets. */
const TURN_NS: number = msToNs(1);
/** Two to four milliseconds of work. */
const ROWS_PER_PIECE = 2048;
/** A process that was suspended first serves what came meanwhile: the pings of clients that would else be taken for dead. */
const STANDSTILL_NS: number = msToNs(500);

export async function startMaster(
  config: MasterProcess,
  clock: Clock,
  log: Log,
  secret: SharedSecret | null = null,
): Promise<Result<RunningProcess, StartError>> {
  const core = new MasterCore(
    { ...MASTER_DEFAULTS, ...config.store },
    {
      random: new Random(config.seed).fork("placement"),
      newSpace: (segment_bytes) => new SegmentAllocator(segment_bytes),
      rows_per_piece: ROWS_PER_PIECE,
    },
  );
  const rpc = await serveRpcAt<MasterTypes>(
    config.rpc_address,
    MASTER_SERVICE,
    masterHandlers(core, clock),
    secret,
  );
  if (!rpc.ok) return rpc;
  let snapshot: SummarySnapshot = { stats: core.stats(clock.now_ns()), taken_ns: clock.now_ns() };
  const summary = (): string => masterSummary(core.stats(clock.now_ns()), clock.now_ns(), snapshot);
  const http = serveLoopback(config.http_port, masterRoutes(core, clock, summary, secret));
  if (!http.ok) {
    rpc.value.stop();
    return err(http.error);
  }
  let ticked_ns = clock.now_ns();
  const ticks = runPeriodically(clock, TICK_MS, async () => {
    if (clock.now_ns() - ticked_ns > STANDSTILL_NS) await clock.sleepUntil(clock.now_ns() + TURN_NS);
    await tick(core, clock);
    ticked_ns = clock.now_ns();
  });
  const garbage = new MasterGarbage();
  const collections = runPeriodically(clock, TICK_MS, () => garbage.collectWhenDue(core.served_keys));
  const snapshots = runPeriodically(clock, SNAPSHOT_MS, () => {
    snapshot = { stats: core.stats(clock.now_ns()), taken_ns: clock.now_ns() };
  });
  const stop = async (): Promise<void> => {
    await Promise.all([ticks.stop(), collections.stop(), snapshots.stop()]);
    rpc.value.stop();
    await http.value.stop();
    log(summary());
  };
  return ok({ http_port: http.value.port, stop });
}

/** A large eviction or removal is a few milliseconds of work at a time, with requests served between. */
async function tick(core: MasterCore, clock: Clock): Promise<void> {
  core.tick(clock.now_ns());
  while (core.has_work) {
    await clock.sleepUntil(clock.now_ns() + TURN_NS);
    core.tick(clock.now_ns());
  }
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
    remove_by_regex: (request) => removeMany(core, clock, { op: "remove_by_regex", ...request }),
    remove_all: (request) => removeMany(core, clock, { op: "remove_all", ...request }),
    offload_heartbeat: (request) => core.handle({ op: "offload_heartbeat", ...request }, clock.now_ns()),
    notify_offloaded: (request) => core.handle({ op: "notify_offloaded", ...request }, clock.now_ns()),
    notify_promoted: (request) => core.handle({ op: "notify_promoted", ...request }, clock.now_ns()),
    notify_disk_evicted: (request) => core.handle({ op: "notify_disk_evicted", ...request }, clock.now_ns()),
    get_stats: () => core.handle({ op: "get_stats" }, clock.now_ns()),
  };
}
