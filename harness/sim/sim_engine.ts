// A simulated engine: core/engine's EngineCore, whose effects become events at modelled times. HBM is what its bytes say.

import type {
  BlockFill,
  EngineCoreConfig,
  EngineEffect,
  EngineEvent,
  EngineSnapshot,
} from "../core/engine/engine_api.ts";
import { EngineCore } from "../core/engine/engine_core.ts";
import { foldShards, pullDone } from "../core/engine/pull_done.ts";
import { RequestTracer } from "../core/engine/request_tracer.ts";
import type { NativeTiersConfig } from "../core/tier/native_tiers.ts";
import { present } from "../domain/assert.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import { poolBlockBytes } from "../domain/rank_layout.ts";
import type { TraceLog } from "../domain/trace_span.ts";
import { storeResetOf, type WeightReset } from "../domain/weight_reset.ts";
import { BlockContents, NO_CONTENT } from "./block_contents.ts";
import { shardContent, shardSlot } from "./block_shard.ts";
import { copyPulled } from "./copy_pulled.ts";
import type { EffectOf } from "./effect_of.ts";
import type { EventLoop, UnderWay } from "./event_loop.ts";
import type { Fabric } from "./fabric.ts";
import { answerInTime, HOLD_RPC_TIMEOUT_NS, ProcessGate } from "./process_gate.ts";
import { type SimRequest, simulated } from "./sim_request.ts";
import type { SimStore, StoreAnswer } from "./sim_store.ts";
import { TokenLog } from "./token_log.ts";

export interface SimEngineConfig {
  readonly core: EngineCoreConfig;
  readonly weights_version: number;
  /** Off only to see that it changes nothing but the time that a simulation takes. */
  readonly fuse_decode_steps: boolean;
  /** Null: it does not offload into a pool of its own. */
  readonly native: (NativeTiersConfig & { readonly slot_bytes: number }) | null;
}

export interface SimEngineParts {
  readonly loop: EventLoop;
  readonly host: HostProfile;
  readonly fabric: Fabric;
  readonly node_index: number;
  readonly hbm: BlockContents;
  /** Null: no store. */
  readonly store: SimStore | null;
  /** Other engines, by name; complete once the stack is. */
  readonly engines: ReadonlyMap<string, SimEngine>;
}

export class SimEngine {
  readonly node_index: number;
  readonly hbm: BlockContents;
  readonly store: SimStore | null;
  readonly core: EngineCore;
  readonly config: SimEngineConfig;
  readonly #parts: SimEngineParts;
  readonly #token_log = new TokenLog();
  readonly #resets = new Map<number, (ok: boolean) => void>();
  #tracer: RequestTracer | null = null;
  #last_reset_id = 0;
  readonly #gate = new ProcessGate();
  #armed_ns = Number.POSITIVE_INFINITY;
  /** The step that is out. */
  #step_id = 0;
  readonly #answered: StoreAnswer = (event) => this.#dispatch(event);

  constructor(config: SimEngineConfig, parts: SimEngineParts) {
    this.config = config;
    this.core = new EngineCore(config.core, config.weights_version, {
      fuse_decode_steps: config.fuse_decode_steps,
    });
    this.node_index = parts.node_index;
    this.hbm = parts.hbm;
    this.store = parts.store;
    this.#parts = parts;
  }

  /** Whether a question finds somebody. */
  get answers(): boolean {
    return !this.#gate.stopped;
  }

  snapshot(): EngineSnapshot {
    return this.core.snapshot();
  }

  /** Keeps spans from here on, of so many requests at most. */
  startTrace(max_requests: number): void {
    this.#tracer = new RequestTracer(this.config.core.engine_name, max_requests);
  }

  /** Null: no trace was started. */
  traceLog(): TraceLog | null {
    return this.#tracer?.log() ?? null;
  }

  submit(request: SimRequest): void {
    this.#dispatch({ type: "request_arrived", request });
  }

  abort(request: SimRequest): void {
    // Ends a run of steps: the client hears of those that are over.
    this.#dispatch({ type: "abort", request_id: request.request_id });
    this.#token_log.leave(request);
  }

  /** Nothing runs. `done` hears whether every cache was emptied. */
  updateWeights(weights_version: number, weight_reset: WeightReset, done: (ok: boolean) => void): void {
    this.#last_reset_id++;
    this.#resets.set(this.#last_reset_id, done);
    this.#dispatch({ type: "weights_updated", weights_version });
    this.#dispatch({
      type: "reset_prefix_cache",
      reset_id: this.#last_reset_id,
      reset_running_requests: true,
      ...storeResetOf(weight_reset),
    });
  }

  /** SIGSTOP. An abort of nobody ends a run of steps with the step under way, whose end is seen when the engine goes on. */
  stop(): void {
    this.#dispatch({ type: "abort", request_id: "" });
    this.#gate.stop();
  }

  goOn(): void {
    this.#gate.goOn();
  }

  #dispatch(event: EngineEvent): void {
    if (this.#gate.stopped) this.#gate.enter(() => this.#handle(event));
    else this.#handle(event);
  }

  #handle(event: EngineEvent): void {
    const effects = this.core.handle(event, this.#parts.loop.now_ns);
    this.#tracer?.observe(event, effects, this.#parts.loop.now_ns);
    for (const effect of effects) this.#perform(effect);
    this.#armTick();
  }

  #perform(effect: EngineEffect): void {
    switch (effect.type) {
      case "step":
        this.#step(effect);
        break;
      case "exists":
        this.#store().exists(effect, this.#answered);
        break;
      case "get":
        this.#store().get(effect, this.#answered);
        break;
      case "put":
        this.#store().put(effect, this.#answered);
        break;
      case "remove_all":
        this.#store().removeAll(effect, this.#answered);
        break;
      case "pull":
        this.#pull(effect);
        break;
      case "release_remote":
        this.#release(effect.remote);
        break;
      case "decoded":
        this.#decoded(effect);
        break;
      case "emit_tokens":
        this.#emitted(effect);
        break;
      case "finish":
        this.#finish(effect);
        break;
      case "reset_done": {
        const done = this.#resets.get(effect.reset_id);
        this.#resets.delete(effect.reset_id);
        done?.(effect.ok);
        break;
      }
      case "log":
        break;
    }
  }

  #step(step: EffectOf<"step">): void {
    this.#step_id = step.step_id;
    this.#parts.loop.at(step.started_ns + step.duration_ns, "step", new StepOut(this, step));
  }

  /** Unless another has taken its place. */
  stepEnds({ step_id, fills, weights_version }: EffectOf<"step">): void {
    if (this.#step_id !== step_id) return;
    this.#fill(fills, weights_version);
    this.#dispatch({ type: "step_done", step_id });
  }

  #decoded({ requests, ends_ns, fills, weights_version }: EffectOf<"decoded">): void {
    this.#fill(fills, weights_version);
    this.#token_log.decoded(requests, ends_ns);
  }

  /** A step that is told of by itself, where steps are not fused. */
  #emitted({ request }: EffectOf<"emit_tokens">): void {
    const { listener } = simulated(request);
    listener?.began();
    listener?.tokens([this.#parts.loop.now_ns], 0);
  }

  #fill(fills: readonly BlockFill[], weights_version: number): void {
    if (fills.length === 0) return; // most steps fill no block
    const { ranks } = this.config.core;
    for (const { block_id, hash } of fills) {
      for (let rank = 0; rank < ranks.tp_size; rank++) {
        this.hbm.write(shardSlot(ranks, block_id, rank), shardContent(ranks, hash, rank), weights_version);
      }
    }
  }

  /** Copies all blocks at once; every full one is checked. What was read counts if the other engine still holds it after. */
  #pull(effect: EffectOf<"pull">): void {
    const { loop, fabric, engines } = this.#parts;
    const from = present(engines.get(effect.remote.remote_engine), "a pull names an engine of this stack");
    const blocks = effect.block_ids.length;
    const { ranks } = this.config.core;
    const bytes = blocks * poolBlockBytes(ranks);
    const copies = blocks * ranks.tp_size;
    const end_ns = fabric.transfer(from.node_index, this.node_index, bytes, copies, loop.now_ns);
    loop.at(end_ns, "copy", () => {
      const ends = foldShards(copyPulled(effect, ranks, from.hbm, this.hbm), ranks.tp_size);
      this.#askHeld(effect.remote, from, (held) =>
        this.#dispatch(pullDone(effect.op_id, blocks, ends, held)),
      );
    });
  }

  #askHeld({ transfer_id }: RemoteKv, from: SimEngine, answered: (held: boolean) => void): void {
    const { loop, host } = this.#parts;
    const asked_ns = loop.now_ns;
    const half_ns = Math.floor(host.rpc_ns / 2);
    loop.at(asked_ns + half_ns, "rpc", () => {
      if (!from.#gate.stopped) {
        const held = from.core.holds(transfer_id);
        loop.at(asked_ns + host.rpc_ns, "rpc", () => answered(held));
        return;
      }
      // Not told in time is not held.
      const once = answerInTime(loop, HOLD_RPC_TIMEOUT_NS, (held: boolean | null) => answered(held === true));
      from.#gate.enter(() => {
        const held = from.core.holds(transfer_id);
        loop.at(loop.now_ns + half_ns, "rpc", () => once(held));
      });
    });
  }

  #release(remote: RemoteKv): void {
    const { loop, host, engines } = this.#parts;
    const engine = present(engines.get(remote.remote_engine), "a release names an engine of this stack");
    loop.at(loop.now_ns + Math.floor(host.rpc_ns / 2), "rpc", () =>
      engine.#dispatch({ type: "remote_released", transfer_id: remote.transfer_id }),
    );
  }

  #finish(effect: EffectOf<"finish">): void {
    const request = simulated(effect.request);
    this.#token_log.leave(request);
    request.owner.finished(effect, effect.held === null ? null : this.#remoteKv(effect.held, effect.stages));
  }

  #remoteKv(held: NonNullable<EffectOf<"finish">["held"]>, stages: RemoteKv["stages"]): RemoteKv {
    const { engine_name, node } = this.config.core;
    return {
      transfer_id: held.transfer_id,
      remote_engine: engine_name,
      remote_node: node,
      remote_block_ids: held.block_ids,
      shm_path: "",
      generation: 0,
      release_address: "",
      prompt_tokens: stages.prompt_tokens,
      stages,
    };
  }

  /** Keeps one event at or before the core's next deadline; one that comes early finds nothing due. */
  #armTick(): void {
    const { loop } = this.#parts;
    const deadline_ns = this.core.next_deadline_ns();
    if (deadline_ns === null || deadline_ns >= this.#armed_ns) return;
    this.#armed_ns = deadline_ns;
    // It passed while the engine was stopped, or lies ahead.
    loop.at(Math.max(deadline_ns, loop.now_ns), "deadline", () => {
      this.#armed_ns = Number.POSITIVE_INFINITY;
      this.#dispatch({ type: "tick" });
    });
  }

  #store(): SimStore {
    return present(this.store, "a core without a connector asks nothing of a store");
  }
}

/** A step, or a run of steps, that an engine computes. */
class StepOut implements UnderWay {
  readonly #engine: SimEngine;
  readonly #step: EffectOf<"step">;

  constructor(engine: SimEngine, step: EffectOf<"step">) {
    this.#engine = engine;
    this.#step = step;
  }

  proceed(): void {
    this.#engine.stepEnds(this.#step);
  }
}

/** A block pool that holds nothing yet. */
export function emptyHbm(num_blocks: number): BlockContents {
  const hbm = new BlockContents();
  if (num_blocks > 0) hbm.write(num_blocks - 1, NO_CONTENT, 0);
  return hbm;
}
