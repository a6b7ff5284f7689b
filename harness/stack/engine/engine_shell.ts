// Drives an engine core with real work: every effect becomes a native transfer, an RPC, a wait or a line to a client, and
// every completion goes back in as an event. All decisions are the core's; this is the one place that dispatches.
//
// GPU time is modelled: a step is done at (when it was decided + its duration), once the bytes of its blocks exist.

import type { DataPlane, Op } from "../../../native/ffi/data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import type { StoreOperationStats } from "../../core/connector/store_operations.ts";
import type {
  BlockFill,
  EngineCoreConfig,
  EngineEffect,
  EngineEvent,
  EngineRequest,
  EngineSnapshot,
} from "../../core/engine/engine_api.ts";
import { RequestTracer } from "../../core/engine/request_tracer.ts";
import { assert, present } from "../../domain/assert.ts";
import type { FabricKey } from "../../domain/fabric_key.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import type { TraceLog } from "../../domain/trace_span.ts";
import type { BlockShards } from "../block_shards.ts";
import type { Log } from "../process_config.ts";
import type { RemoteHolds } from "../remote_holds.ts";
import type { EngineListener } from "./engine_listener.ts";
import type { EnginePulls } from "./engine_pulls.ts";
import { type EngineStepCounts, EngineStepStats } from "./engine_step_stats.ts";
import type { EffectOf, EngineStoreOps } from "./engine_store_ops.ts";

/** core/engine's EngineCore, as far as the shell knows it. */
export interface EngineMachine {
  handle(event: EngineEvent, now_ns: number): readonly EngineEffect[];
  next_deadline_ns(): number | null;
  holds(transfer_id: string): boolean;
  snapshot(): EngineSnapshot;
  storeOperations(): readonly StoreOperationStats[];
}

export interface EngineShellOptions {
  readonly machine: EngineMachine;
  readonly core: EngineCoreConfig;
  readonly plane: DataPlane;
  readonly shards: BlockShards;
  /** By which decode engines on other nodes reach the block pool; null: through this host's memory. */
  readonly hbm_key: FabricKey | null;
  /** Where decode engines release what they have pulled. */
  readonly release_address: string;
  /** Null: no store. */
  readonly store_ops: EngineStoreOps | null;
  readonly pulls: EnginePulls;
  readonly holds: Pick<RemoteHolds, "release">;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a reset_prefix_cache is about; see EngineEvent. */
export type ResetScope = Omit<
  Extract<EngineEvent, { readonly type: "reset_prefix_cache" }>,
  "type" | "reset_id"
>;

/** Effects that are answered by one event. */
type WorkEffect = EffectOf<"step" | "exists" | "get" | "put" | "remove_all" | "pull">;

export class EngineShell {
  readonly #options: EngineShellOptions;
  readonly #step_stats = new EngineStepStats();
  readonly #listeners = new Map<string, EngineListener>();
  readonly #resets = new Map<number, (ok: boolean) => void>();
  readonly #stopped = new AbortController();
  #tracer: RequestTracer | null = null;
  #next_reset_id = 1;
  #armed_ns = Number.POSITIVE_INFINITY;

  constructor(options: EngineShellOptions) {
    this.#options = options;
  }

  /**
   * The listener may hear its end before this returns: a request that can never run is rejected at once. `caller_id`: what who
   * sent it calls it.
   */
  submit(request: EngineRequest, listener: EngineListener, caller_id: string | null = null): void {
    assert(!this.#listeners.has(request.request_id), `request ${request.request_id} is submitted once`);
    if (caller_id !== null) this.#tracer?.name(request.request_id, caller_id);
    this.#listeners.set(request.request_id, listener);
    this.dispatch({ type: "request_arrived", request });
  }

  /** The client is gone. No-op for a request that has ended. */
  abort(request_id: string): void {
    if (this.#listeners.delete(request_id)) this.dispatch({ type: "abort", request_id });
  }

  /** False when the pool or the store could not be emptied. */
  resetPrefixCache(reset: ResetScope): Promise<boolean> {
    const reset_id = this.#next_reset_id++;
    return new Promise((resolve) => {
      this.#resets.set(reset_id, resolve);
      this.dispatch({ type: "reset_prefix_cache", reset_id, ...reset });
    });
  }

  /** Its blocks still hold what was handed over. */
  holds(transfer_id: string): boolean {
    return this.#options.machine.holds(transfer_id);
  }

  snapshot(): EngineSnapshot {
    return this.#options.machine.snapshot();
  }

  storeOperations(): readonly StoreOperationStats[] {
    return this.#options.machine.storeOperations();
  }

  stepCounts(): EngineStepCounts {
    return this.#step_stats.counts();
  }

  /** Keeps spans from here on, of so many requests at most. */
  startTrace(max_requests: number): void {
    this.#tracer = new RequestTracer(this.#options.core.engine_name, max_requests);
  }

  /** Null: no trace was started. */
  traceLog(): TraceLog | null {
    return this.#tracer?.log() ?? null;
  }

  /** Completions that come later are dropped. */
  stop(): void {
    this.#stopped.abort();
    this.#listeners.clear();
    for (const resolve of this.#resets.values()) resolve(false);
    this.#resets.clear();
  }

  dispatch(event: EngineEvent): void {
    if (this.#stopped.signal.aborted) return;
    const now_ns = this.#options.clock.now_ns();
    const effects = this.#options.machine.handle(event, now_ns);
    this.#tracer?.observe(event, effects, now_ns);
    for (const effect of effects) this.#perform(effect, now_ns);
    void this.#armTick();
  }

  #perform(effect: EngineEffect, now_ns: number): void {
    switch (effect.type) {
      case "emit_tokens":
        this.#listeners.get(effect.request.request_id)?.tokens(effect.token_ids);
        break;
      case "finish":
        this.#finish(effect);
        break;
      case "release_remote":
        void this.#options.holds.release(effect.remote);
        break;
      case "reset_done":
        this.#resetDone(effect.reset_id, effect.ok);
        break;
      case "log":
        this.#options.log(effect.level === "warning" ? `WARNING ${effect.line}` : effect.line);
        break;
      case "decoded":
        assert(false, "live steps go out one at a time");
        break;
      default:
        this.#answer(this.#work(effect, now_ns));
    }
  }

  #work(effect: WorkEffect, now_ns: number): Promise<EngineEvent> {
    switch (effect.type) {
      case "step":
        return this.#step(effect, now_ns);
      case "exists":
        return this.#storeOps().exists(effect);
      case "get":
        return this.#storeOps().get(effect);
      case "put":
        return this.#storeOps().put(effect);
      case "remove_all":
        return this.#storeOps().removeAll(effect);
      case "pull":
        return this.#options.pulls.pull(effect);
    }
  }

  /** Work never rejects for an operating error, so a rejection is a defect and ends the process. */
  #answer(work: Promise<EngineEvent>): void {
    void work.then((event) => this.dispatch(event));
  }

  async #step(effect: EffectOf<"step">, now_ns: number): Promise<EngineEvent> {
    const { plane, clock } = this.#options;
    const deadline_ns = now_ns + effect.duration_ns;
    const fills = effect.fills.flatMap((fill) => this.#fillOps(fill, effect.weights_version));
    await plane.submit([...fills, { kind: "wait_until", deadline_ns }]);
    this.#step_stats.record(effect.duration_ns, deadline_ns, clock.now_ns());
    return { type: "step_done", step_id: effect.step_id };
  }

  /** One op a rank. */
  #fillOps({ block_id, hash }: BlockFill, weights_version: number): Op[] {
    const { shards } = this.#options;
    return Array.from({ length: shards.ranks.tp_size }, (_, tp_rank) => ({
      kind: "fill",
      ...shards.range(block_id, tp_rank),
      identity: shards.identity(hash, tp_rank, weights_version),
    }));
  }

  #finish(effect: EffectOf<"finish">): void {
    const { request_id } = effect.request;
    const listener = this.#listeners.get(request_id);
    this.#listeners.delete(request_id);
    listener?.finished({
      reason: effect.reason,
      detail: effect.detail,
      stages: effect.stages,
      remote: effect.held === null ? null : this.#remoteKv(effect.held, effect.stages),
    });
  }

  #remoteKv(held: NonNullable<EffectOf<"finish">["held"]>, stages: RemoteKv["stages"]): RemoteKv {
    const { core, shards, hbm_key, release_address } = this.#options;
    const { shm_path, generation } = shards.hbm;
    return {
      transfer_id: held.transfer_id,
      remote_engine: core.engine_name,
      remote_node: core.node,
      remote_block_ids: held.block_ids,
      shm_path,
      generation,
      ...(hbm_key === null ? {} : { fabric_key: hbm_key }),
      release_address,
      prompt_tokens: stages.prompt_tokens,
      stages,
    };
  }

  #resetDone(reset_id: number, ok: boolean): void {
    const resolve = present(this.#resets.get(reset_id), "a reset is answered once");
    this.#resets.delete(reset_id);
    resolve(ok);
  }

  /** Keeps one sleeper at or before the core's next deadline; one that wakes early finds nothing due. */
  async #armTick(): Promise<void> {
    const deadline_ns = this.#options.machine.next_deadline_ns();
    if (deadline_ns === null || deadline_ns >= this.#armed_ns) return;
    this.#armed_ns = deadline_ns;
    await this.#options.clock.sleepUntil(deadline_ns, this.#stopped.signal);
    if (this.#armed_ns !== deadline_ns) return;
    this.#armed_ns = Number.POSITIVE_INFINITY;
    this.dispatch({ type: "tick" });
  }

  #storeOps(): EngineStoreOps {
    return present(this.#options.store_ops, "a core without a connector asks nothing of a store");
  }
}
