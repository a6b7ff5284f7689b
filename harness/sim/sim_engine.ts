// A simulated engine: core/engine's EngineCore, whose effects become events at modelled times. HBM is what its bytes say.

import type { CopyEnd } from "../core/connector/get_batch.ts";
import type {
  BlockFill,
  EngineCoreConfig,
  EngineEffect,
  EngineEvent,
  EngineRequest,
  EngineSnapshot,
} from "../core/engine/engine_api.ts";
import { EngineCore } from "../core/engine/engine_core.ts";
import { pullDone } from "../core/engine/pull_done.ts";
import { present } from "../domain/assert.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import { storeResetOf, type WeightReset } from "../domain/weight_reset.ts";
import { BlockContents, NO_CONTENT } from "./block_contents.ts";
import type { EventLoop } from "./event_loop.ts";
import type { Fabric } from "./fabric.ts";
import type { EffectOf, SimStoreClient } from "./sim_store_client.ts";

export interface SimEngineConfig {
  readonly core: EngineCoreConfig;
  readonly weights_version: number;
  /** Off only to see that it changes nothing but the time that a simulation takes. */
  readonly fuse_decode_steps: boolean;
}

export interface SimEngineParts {
  readonly loop: EventLoop;
  readonly host: HostProfile;
  readonly fabric: Fabric;
  readonly node_index: number;
  readonly hbm: BlockContents;
  /** Null: no store. */
  readonly store: SimStoreClient | null;
  /** Other engines, by name; complete once the stack is. */
  readonly engines: ReadonlyMap<string, SimEngine>;
}

/** Who asked for a request. */
export interface SimListener {
  /** Ends of the steps that made each token, ascending. */
  tokens(at_ns: readonly number[]): void;
  finished(outcome: EffectOf<"finish">, remote: RemoteKv | null): void;
}

export class SimEngine {
  readonly node_index: number;
  readonly hbm: BlockContents;
  readonly store: SimStoreClient | null;
  readonly core: EngineCore;
  readonly config: SimEngineConfig;
  readonly #parts: SimEngineParts;
  readonly #listeners = new Map<string, SimListener>();
  readonly #resets = new Map<number, () => void>();
  #last_reset_id = 0;
  #armed_ns = Number.POSITIVE_INFINITY;
  /** The step that is out. */
  #step_id = 0;

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

  snapshot(): EngineSnapshot {
    return this.core.snapshot();
  }

  submit(request: EngineRequest, listener: SimListener): void {
    this.#listeners.set(request.request_id, listener);
    this.#dispatch({ type: "request_arrived", request });
  }

  abort(request_id: string): void {
    if (this.#listeners.delete(request_id)) this.#dispatch({ type: "abort", request_id });
  }

  /** Nothing runs. What the reset came to is in the engine's counters, as stale reads. */
  updateWeights(weights_version: number, weight_reset: WeightReset, done: () => void): void {
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

  #dispatch(event: EngineEvent): void {
    for (const effect of this.core.handle(event, this.#parts.loop.now_ns)) this.#perform(effect);
    this.#armTick();
  }

  #perform(effect: EngineEffect): void {
    switch (effect.type) {
      case "step":
        this.#step(effect);
        break;
      case "exists":
        this.#store().exists(effect, (codes) =>
          this.#dispatch({ type: "exists_done", op_id: effect.op_id, codes }),
        );
        break;
      case "get":
        this.#store().get(effect, (outcomes) =>
          this.#dispatch({ type: "get_done", op_id: effect.op_id, outcomes }),
        );
        break;
      case "put":
        this.#store().put(effect, (codes) =>
          this.#dispatch({ type: "put_done", op_id: effect.op_id, codes }),
        );
        break;
      case "remove_all":
        this.#store().removeAll(effect, (code, removed) =>
          this.#dispatch({ type: "remove_all_done", op_id: effect.op_id, code, removed }),
        );
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
        this.#listeners.get(effect.request_id)?.tokens([this.#parts.loop.now_ns]);
        break;
      case "finish":
        this.#finish(effect);
        break;
      case "reset_done": {
        const done = this.#resets.get(effect.reset_id);
        this.#resets.delete(effect.reset_id);
        done?.();
        break;
      }
      case "log":
        break;
    }
  }

  #step({ step_id, started_ns, duration_ns, fills, weights_version }: EffectOf<"step">): void {
    const { loop } = this.#parts;
    this.#step_id = step_id;
    loop.at((started_ns ?? loop.now_ns) + duration_ns, "step", () => {
      // Another may have taken its place.
      if (this.#step_id !== step_id) return;
      this.#fill(fills, weights_version);
      this.#dispatch({ type: "step_done", step_id });
    });
  }

  #decoded({ request_ids, ends_ns, fills, weights_version }: EffectOf<"decoded">): void {
    this.#fill(fills, weights_version);
    for (const request_id of request_ids) this.#listeners.get(request_id)?.tokens(ends_ns);
  }

  #fill(fills: readonly BlockFill[], weights_version: number): void {
    for (const { block_id, hash } of fills) this.hbm.write(block_id, hash, weights_version);
  }

  /** Copies all blocks at once; every full one is checked. What was read counts if the other engine still holds it after. */
  #pull(effect: EffectOf<"pull">): void {
    const { loop, fabric, engines } = this.#parts;
    const from = present(engines.get(effect.remote.remote_engine), "a pull names an engine of this stack");
    const blocks = effect.block_ids.length;
    const bytes = blocks * this.config.core.block_bytes;
    const end_ns = fabric.transfer(from.node_index, this.node_index, bytes, blocks, loop.now_ns);
    loop.at(end_ns, "copy", () => {
      const copies = this.#copyPulled(effect, from);
      this.#askHeld(effect.remote, from, (held) =>
        this.#dispatch(pullDone(effect.op_id, blocks, copies, held)),
      );
    });
  }

  #copyPulled(effect: EffectOf<"pull">, from: SimEngine): CopyEnd[] {
    return effect.block_ids.map((block_id, i) => {
      const remote_id = present(effect.remote_block_ids[i], "a pull names a remote block for each block");
      this.hbm.write(block_id, from.hbm.hash(remote_id), from.hbm.version(remote_id));
      const hash = effect.hashes[i] ?? null;
      return hash === null ? "ok" : from.hbm.verify(remote_id, hash, effect.weights_version);
    });
  }

  #askHeld({ transfer_id }: RemoteKv, from: SimEngine, answered: (held: boolean) => void): void {
    const { loop, host } = this.#parts;
    const asked_ns = loop.now_ns;
    loop.at(asked_ns + Math.floor(host.rpc_ns / 2), "rpc", () => {
      const held = from.core.holds(transfer_id);
      loop.at(asked_ns + host.rpc_ns, "rpc", () => answered(held));
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
    const listener = this.#listeners.get(effect.request_id);
    this.#listeners.delete(effect.request_id);
    listener?.finished(effect, effect.held === null ? null : this.#remoteKv(effect.held, effect.stages));
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
    loop.at(deadline_ns, "deadline", () => {
      this.#armed_ns = Number.POSITIVE_INFINITY;
      this.#dispatch({ type: "tick" });
    });
  }

  #store(): SimStoreClient {
    return present(this.store, "a core without a connector asks nothing of a store");
  }
}

/** A block pool that holds nothing yet. */
export function emptyHbm(num_blocks: number): BlockContents {
  const hbm = new BlockContents();
  if (num_blocks > 0) hbm.write(num_blocks - 1, NO_CONTENT, 0);
  return hbm;
}
