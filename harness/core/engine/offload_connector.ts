// The store as a child of the engine's MultiConnector: lookups before admission, loads behind the engine's own hit, saves after
// steps, and the wipe. In an engine without a store it has nothing, keeps nothing and wipes nothing.

import { assert, present } from "../../domain/assert.ts";
import type { KvConnector, KvOffer } from "../connector/kv_connector.ts";
import { decideLoad } from "../connector/load_decision.ts";
import type { BlockPool } from "./block_pool.ts";
import type { EngineContext } from "./engine_context.ts";
import type { Loads } from "./loads.ts";
import type { Lookups } from "./lookups.ts";
import { logReload } from "./reload_log.ts";
import type { RequestState } from "./request_state.ts";
import type { Saves } from "./saves.ts";

export class OffloadConnector implements KvConnector<RequestState> {
  readonly connector_name = "offload";
  readonly transfer_params: readonly string[] = [];
  readonly block_pool: BlockPool;
  readonly #ctx: EngineContext;
  readonly #lookups: Lookups;
  readonly #loads: Loads;
  readonly #saves: Saves;
  /** Wipes under way, by the store connector's job. */
  readonly #resets = new Map<number, (ok: boolean) => void>();

  constructor(ctx: EngineContext, lookups: Lookups, loads: Loads, saves: Saves) {
    this.block_pool = ctx.pool;
    this.#ctx = ctx;
    this.#lookups = lookups;
    this.#loads = loads;
    this.#saves = saves;
  }

  defers(request: RequestState, now_ns: number): boolean {
    return this.#lookups.mustWait(request, now_ns);
  }

  offer(request: RequestState, computed_tokens: number): KvOffer | null {
    const { store, config } = this.#ctx;
    if (store === null || request.lookup.state !== "answered") return null;
    const hit_tokens = request.lookup.hit_blocks * config.block_tokens;
    const decision = decideLoad(computed_tokens, hit_tokens, store.config);
    logReload(this.#ctx, request, computed_tokens, hit_tokens, decision);
    if (decision.action === "skip") return null;
    if (decision.action === "load") return { when: "now", end_tokens: decision.to_tokens };
    const { boundary_tokens, to_tokens } = decision;
    return { when: "at_boundary", boundary_tokens, to_tokens };
  }

  load(request: RequestState, from_block: number, now_ns: number): void {
    this.#loads.start(request, from_block, now_ns);
  }

  passedOver(): void {}

  save(request: RequestState): void {
    this.#saves.afterStep(request);
  }

  /** While the wipe is under way nobody asks the store, and what it said before is not believed. */
  reset(force: boolean, now_ns: number, done: (ok: boolean) => void): void {
    const { store, queues } = this.#ctx;
    if (store === null) {
      done(true);
      return;
    }
    for (const request of queues.waiting) this.#lookups.forget(request, now_ns);
    this.#lookups.resets_under_way++;
    this.#resets.set(store.reset(force, this.#ctx), done);
  }

  /** A wipe that failed is a reset that failed, unless the engine may go on without the store. */
  resetDone(job_id: number, ok: boolean): void {
    const done = present(this.#resets.get(job_id), "a wipe that ends was asked for");
    this.#resets.delete(job_id);
    this.#lookups.resets_under_way--;
    const { store } = this.#ctx;
    assert(store !== null, "a wipe that ends is a store's");
    const falls_back = !ok && store.config.on_reset_failure === "fallback";
    if (falls_back) store.drop(this.#ctx);
    done(ok || falls_back);
  }
}
