// The master of the store as a pure state machine: which objects exist, where their copies are, who may rely on them, and what goes
// when space runs out. It holds no bytes of objects and reads no clock: every call carries now_ns, which never runs backwards.
//
//   core.handle(request, now_ns) → reply       at once
//   core.handleInPieces(…)                     a removal of many, without a long standstill
//   core.tick(now_ns)                          every TICK_MS: timeouts, eviction, removals under way; O(1) when nothing is due
//
// Semantics and error codes: spec mooncake_store.md §6.1–6.6. The parts, one noun a file, share one object table; a part that ends a
// copy does it through the table, which keeps the eviction index and the allocators in step.

import { present } from "../../domain/assert.ts";
import type { ClientId, MasterOp, MasterReply, MasterRequest, MasterStats } from "../../domain/master_api.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { ReplicaDescriptor } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { ClientTable } from "./client_table.ts";
import { EvictionIndex } from "./eviction_index.ts";
import { Evictor } from "./evictor.ts";
import { Leases } from "./leases.ts";
import { Lookup } from "./lookup.ts";
import type { MasterConfig } from "./master_config.ts";
import type { MasterParts } from "./master_parts.ts";
import { NO_ROW } from "./object_row.ts";
import { ObjectRows } from "./object_rows.ts";
import { ObjectTable } from "./object_table.ts";
import { OffloadQueue } from "./offload_queue.ts";
import { Placement } from "./placement.ts";
import { PromotionQueue } from "./promotion_queue.ts";
import { PutLifecycle } from "./put_lifecycle.ts";
import { Removal, type RemovedMany } from "./removal.ts";
import { RequestCounters } from "./request_counters.ts";
import { SegmentMounts } from "./segment_mounts.ts";
import { SegmentPool } from "./segment_pool.ts";
import { Sweeps } from "./sweeps.ts";

/** How often the driver calls tick(). */
export const TICK_MS = 10;
/** Clients and offload tasks are checked this often. */
const MONITOR_NS = NS_PER_S;

/** An object as the operator sees it; looking grants no lease. */
export interface QueriedObject {
  readonly key: ObjectKey;
  readonly bytes: number;
  readonly readable: boolean;
  readonly leased: boolean;
  readonly replicas: readonly ReplicaDescriptor[];
}

/** A piece of the list of all keys. */
export interface KeyPage {
  readonly keys: readonly ObjectKey[];
  /** To be asked for next; null: there are no more. */
  readonly next: number | null;
}

type RequestOf<Op extends MasterOp> = Extract<MasterRequest, { op: Op }>;

/** Requests that concern any number of objects. */
export type RemoveMany = RequestOf<"remove_all" | "remove_by_regex">;

type Handlers = {
  readonly [Op in MasterOp]: (request: RequestOf<Op>, now_ns: number) => MasterReply<Op>;
};

export class MasterCore {
  readonly #rows = new ObjectRows();
  readonly #index = new EvictionIndex(this.#rows);
  readonly #sweeps = new Sweeps(this.#rows);
  readonly #table = new ObjectTable(this.#rows, this.#index, this.#sweeps);
  readonly #pool = new SegmentPool();
  readonly #counters = new RequestCounters();
  readonly #clients: ClientTable;
  readonly #leases: Leases;
  readonly #lookup: Lookup;
  readonly #placement: Placement;
  readonly #promotions: PromotionQueue;
  readonly #offload: OffloadQueue;
  readonly #mounts: SegmentMounts;
  readonly #evictor: Evictor;
  readonly #puts: PutLifecycle;
  readonly #removal: Removal;
  readonly #handlers: Handlers;
  readonly #rows_per_piece: number;
  #monitored_ns = 0;
  #pins_are_due = false;

  constructor(config: MasterConfig, parts: MasterParts) {
    this.#rows_per_piece = parts.rows_per_piece ?? Number.POSITIVE_INFINITY;
    this.#clients = new ClientTable(config.client_ttl_ms);
    this.#leases = new Leases(this.#rows, config.lease_ttl_ms);
    this.#promotions = new PromotionQueue(config, this.#rows, this.#table, this.#index, this.#pool);
    this.#lookup = new Lookup(this.#rows, this.#table, this.#leases, (row, now_ns) =>
      this.#promotions.hit(row, now_ns),
    );
    this.#placement = new Placement(this.#pool, parts.random, config.allocation, (segment) =>
      this.#offload.capacityOf(segment),
    );
    this.#offload = new OffloadQueue(
      config,
      this.#rows,
      this.#table,
      this.#index,
      this.#pool,
      this.#promotions,
    );
    this.#mounts = new SegmentMounts(
      this.#pool,
      this.#rows,
      this.#table,
      this.#offload,
      this.#promotions,
      this.#sweeps,
      parts.newSpace,
    );
    this.#evictor = new Evictor(
      config,
      this.#rows,
      this.#table,
      this.#index,
      this.#pool,
      this.#offload,
      this.#rows_per_piece,
    );
    this.#puts = new PutLifecycle(config, {
      rows: this.#rows,
      table: this.#table,
      index: this.#index,
      sweeps: this.#sweeps,
      placement: this.#placement,
      nodeOf: (client_id) => this.#nodeOf(client_id),
      onNoSpace: () => this.#evictor.wake(),
      onComplete: (object) => this.#offload.enqueueAtPutEnd(object),
    });
    this.#removal = new Removal(this.#rows, this.#table, this.#leases, this.#offload, this.#sweeps);
    this.#handlers = this.#makeHandlers();
  }

  handle<R extends MasterRequest>(request: R, now_ns: number): MasterReply<R["op"]> {
    const op: R["op"] = request.op;
    // R is one member of the union, so it is the request of its own op; the compiler cannot follow a type parameter there.
    const any_request: MasterRequest = request;
    const reply = this.#answer(op, any_request as RequestOf<R["op"]>, now_ns);
    this.#counters.count(op, reply);
    return reply;
  }

  /**
   * To every later call the objects are gone when this returns; the reply, which counts them, comes when what they held is free: now, or
   * in a later tick. Until then gauges still have them.
   */
  handleInPieces(request: RemoveMany, now_ns: number, onReply: (reply: RemovedMany) => void): void {
    this.#removeMany(request, now_ns, (reply) => {
      this.#counters.count(request.op, reply);
      onReply(reply);
    });
    this.#sweeps.step(this.#rows_per_piece);
  }

  tick(now_ns: number): void {
    if (now_ns - this.#monitored_ns >= MONITOR_NS) {
      this.#monitored_ns = now_ns;
      for (const client_id of this.#clients.takeExpired(now_ns)) this.#mounts.unmountAllOf(client_id);
      this.#offload.expireTasks(now_ns);
      this.#promotions.expireTasks(now_ns);
    }
    this.#sweeps.step(this.#rows_per_piece);
    this.#pins_are_due = !this.#index.expireSoftPins(now_ns, this.#rows_per_piece);
    this.#promotions.tick(now_ns);
    const released = this.#puts.releaseExpired(now_ns);
    this.#evictor.run(now_ns, released);
  }

  /** The last tick has left work for the next one, which may come at once. */
  get has_work(): boolean {
    return this.#evictor.is_evicting || this.#sweeps.is_running || this.#pins_are_due;
  }

  /** Keys and requests answered since start: what its driver's garbage is proportional to. */
  get served_keys(): number {
    return this.#counters.served_keys;
  }

  stats(now_ns: number): MasterStats {
    this.#index.expireSoftPins(now_ns);
    return {
      key_count: this.#table.size,
      allocated_bytes: this.#pool.allocated_bytes,
      total_capacity_bytes: this.#pool.capacity_bytes,
      allocated_file_size_bytes: this.#table.disk_bytes,
      total_file_capacity_bytes: this.#offload.capacity_bytes,
      soft_pin_key_count: this.#index.soft_pinned_count,
      active_clients: this.#clients.active_count,
      segments: this.#pool.list.map(({ info, space }) => ({
        segment_name: info.segment_name,
        allocated_bytes: space.allocated_bytes,
        capacity_bytes: info.segment_bytes,
      })),
      mem_cache_hit_nums: this.#lookup.mem_cache_hit_nums,
      file_cache_hit_nums: this.#lookup.file_cache_hit_nums,
      mem_cache_hit_bytes: this.#lookup.mem_cache_hit_bytes,
      file_cache_hit_bytes: this.#lookup.file_cache_hit_bytes,
      mem_cache_nums: this.#rows.mem_count,
      file_cache_nums: this.#rows.disk_count,
      total_get_nums: this.#lookup.total_get_nums,
      valid_get_nums: this.#lookup.valid_get_nums,
      put_start_alloc_failures: this.#puts.alloc_failures,
      put_start_partial_allocations: this.#puts.partial_allocations,
      put_start_discarded: this.#puts.discarded_count,
      put_start_released: this.#puts.released_count,
      put_start_discarded_staging_bytes: this.#puts.discarded_bytes,
      attempted_evictions: this.#evictor.attempt_count,
      successful_evictions: this.#evictor.success_count,
      evicted_key_count: this.#evictor.evicted_key_count,
      evicted_size_bytes: this.#evictor.evicted_size_bytes,
      offloaded_key_count: this.#offload.offloaded_count,
      preferred_placed: this.#placement.preferred_placed,
      preferred_fallback: this.#placement.preferred_fallback,
      expired_clients: this.#clients.expired_count,
      promotions: this.#promotions.counts,
      requests: this.#counters.requests,
      failures: this.#counters.failures,
      partial_successes: this.#counters.partial_successes,
      items: this.#counters.items,
      failed_items: this.#counters.failed_items,
    };
  }

  /** Every key, unfinished puts included, in order of put. */
  keys(): IterableIterator<ObjectKey> {
    return this.#table.keys();
  }

  /** The list of all keys in pieces, from `start` 0 on, in no order. Objects that are there all the while are in it once. */
  keyPage(start: number): KeyPage {
    const end = start + this.#rows_per_piece;
    const keys = this.#table.rows(start, end).map((row) => this.#table.keyOf(row));
    return { keys, next: end < this.#rows.limit ? end : null };
  }

  queryKey(key: ObjectKey, now_ns: number): QueriedObject | undefined {
    const row = this.#table.find(key);
    if (row === NO_ROW) return undefined;
    return {
      key,
      bytes: this.#rows.bytes(row),
      readable: this.#rows.state(row) === "complete",
      leased: this.#leases.isLeased(row, now_ns),
      replicas: this.#rows.describe(row),
    };
  }

  #answer<Op extends MasterOp>(op: Op, request: RequestOf<Op>, now_ns: number): MasterReply<Op> {
    return this.#handlers[op](request, now_ns);
  }

  #removeMany(request: RemoveMany, now_ns: number, onDone: (reply: RemovedMany) => void): void {
    const { force } = request;
    if (request.op === "remove_all") this.#removal.removeAll(force, now_ns, onDone);
    else this.#removal.removeByRegex(request.pattern, force, now_ns, onDone);
  }

  #removeManyAtOnce(request: RemoveMany, now_ns: number): RemovedMany {
    let reply: RemovedMany | undefined;
    this.#removeMany(request, now_ns, (done) => {
      reply = done;
    });
    this.#sweeps.step(Number.POSITIVE_INFINITY);
    return present(reply, "a removal that went over all objects is done");
  }

  #makeHandlers(): Handlers {
    return {
      mount_segment: ({ client_id, segment }, now_ns) => {
        this.#clients.seen(client_id, now_ns);
        const code = this.#mounts.mount(client_id, segment);
        this.#sweeps.step(this.#rows_per_piece);
        return { code };
      },
      unmount_segment: ({ client_id, segment_name }) => {
        const code = this.#mounts.unmount(client_id, segment_name);
        this.#sweeps.step(this.#rows_per_piece);
        return { code };
      },
      get_segments: () => ({ segments: this.#pool.list.map((segment) => segment.info) }),
      ping: ({ client_id }, now_ns) => this.#ping(client_id, now_ns),
      batch_exist: ({ keys }, now_ns) => ({ codes: this.#lookup.exist(keys, now_ns) }),
      batch_get_replicas: ({ keys }, now_ns) => ({ objects: this.#lookup.replicas(keys, now_ns) }),
      batch_put_start: (request, now_ns) => ({ objects: this.#puts.start(request, now_ns) }),
      batch_put_end: ({ keys, client_id }, now_ns) => ({ codes: this.#puts.end(keys, client_id, now_ns) }),
      batch_put_revoke: ({ keys, client_id }) => ({ codes: this.#puts.revoke(keys, client_id) }),
      remove: ({ key, force }, now_ns) => ({ code: this.#removal.remove(key, force, now_ns) }),
      remove_by_regex: (request, now_ns) => this.#removeManyAtOnce(request, now_ns),
      remove_all: (request, now_ns) => this.#removeManyAtOnce(request, now_ns),
      offload_heartbeat: (request, now_ns) => this.#offload.heartbeat(request, now_ns),
      notify_offloaded: (request) => ({ codes: this.#offload.notify(request) }),
      notify_promoted: (request) => ({ codes: this.#offload.notifyPromoted(request) }),
      notify_disk_evicted: (request) => ({ code: this.#offload.diskEvicted(request) }),
      get_stats: (_request, now_ns) => this.stats(now_ns),
    };
  }

  /** need_remount: nothing of this client is mounted. A requester, which mounts nothing, ignores it. */
  #ping(client_id: ClientId, now_ns: number): MasterReply<"ping"> {
    this.#clients.seen(client_id, now_ns);
    return { code: STORE_CODE.OK, need_remount: !this.#mounts.hasMounted(client_id) };
  }

  /** A client's node: where its segment is, else what its id says before the first ":" or "/". */
  #nodeOf(client_id: ClientId): string | null {
    const [own] = this.#pool.ofClient(client_id);
    return own?.info.node ?? /^[^:/]+/.exec(client_id)?.[0] ?? null;
  }
}
