// reset_prefix_cache: the engine's own cache, then its connectors' (spec: vllm_mooncake_store_connector.md §1.10).
//
// The own cache is cleared only when no request computes with it; reset_running_requests first sends every request back to
// the start. Blocks that a hand-over or a running save still holds keep their bytes for it but can no longer be hit (vLLM
// refuses in that case). The store is wiped whether or not the own cache was, behind the saves queued so far. Where the wipe
// fails, the reset fails, or with on_reset_failure = fallback the engine goes on without a store (verl's early on_failure).

import type { MultiConnector } from "../connector/multi_connector.ts";
import type { EngineContext } from "./engine_context.ts";
import type { Loads } from "./loads.ts";
import type { Lookups } from "./lookups.ts";
import type { RequestState } from "./request_state.ts";
import type { Scheduler } from "./scheduler.ts";

export interface ResetRequest {
  readonly reset_id: number;
  readonly reset_running_requests: boolean;
  readonly reset_connector: boolean;
  readonly force: boolean;
}

export interface ResetDeps {
  readonly lookups: Lookups;
  readonly loads: Loads;
  readonly scheduler: Scheduler;
  readonly connectors: MultiConnector<RequestState>;
}

export class Resets {
  readonly #ctx: EngineContext;
  readonly #deps: ResetDeps;

  constructor(ctx: EngineContext, deps: ResetDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  /** Between steps only. */
  start({ reset_id, reset_running_requests, reset_connector, force }: ResetRequest, now_ns: number): void {
    const local_ok = this.#resetLocal(reset_running_requests, now_ns);
    const done = (ok: boolean): void => {
      this.#ctx.effects.push({ type: "reset_done", reset_id, ok: local_ok && ok });
    };
    if (reset_connector) this.#deps.connectors.reset(force, now_ns, done);
    else done(true);
  }

  #resetLocal(reset_running_requests: boolean, now_ns: number): boolean {
    const { pool } = this.#ctx;
    if (reset_running_requests) this.#sendAllBack(now_ns);
    else if (this.#computesWithCache()) return false;
    pool.clearCache();
    return true;
  }

  #sendAllBack(now_ns: number): void {
    const { pool, queues } = this.#ctx;
    while (queues.running.length > 0) this.#deps.scheduler.preemptLast();
    queues.promoteReady();
    for (const request of queues.waiting) {
      if (request.block_ids.length === 0) continue;
      pool.release(request.block_ids);
      request.resetComputed();
    }
    for (const request of queues.waiting_for_remote_kv) this.#discard(request);
    for (const request of queues.waiting) this.#deps.lookups.forget(request, now_ns);
  }

  #discard(request: RequestState): void {
    request.discard_remote = true;
    this.#deps.loads.cancel(request);
  }

  #computesWithCache(): boolean {
    const { queues } = this.#ctx;
    if (queues.running.length > 0 || queues.waiting_for_remote_kv.length > 0) return true;
    for (const request of queues.waiting) if (request.block_ids.length > 0) return true;
    return false;
  }
}
