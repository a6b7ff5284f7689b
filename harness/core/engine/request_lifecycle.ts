// The life of a request between its arrival and its one `finish` effect.

import { assert } from "../../domain/assert.ts";
import type { MultiConnector } from "../connector/multi_connector.ts";
import type { EngineRequest, HeldKv } from "./engine_api.ts";
import type { EngineContext } from "./engine_context.ts";
import type { Handoffs } from "./handoffs.ts";
import type { HeldBlocks } from "./held_blocks.ts";
import type { Loads } from "./loads.ts";
import type { Pulls } from "./pulls.ts";
import { rejectionOf } from "./request_limits.ts";
import { RequestState } from "./request_state.ts";
import type { Saves } from "./saves.ts";

export interface LifecycleDeps {
  readonly loads: Loads;
  readonly pulls: Pulls;
  readonly saves: Saves;
  readonly connectors: MultiConnector<RequestState>;
  readonly held: HeldBlocks;
  readonly handoffs: Handoffs;
}

export class RequestLifecycle {
  readonly #ctx: EngineContext;
  readonly #connectors: MultiConnector<RequestState>;
  readonly #handoffs: Handoffs;
  readonly #saves: Saves;
  readonly #pulls: Pulls;
  readonly #loads: Loads;
  readonly #held: HeldBlocks;
  readonly #requests = new Map<string, RequestState>();

  constructor(ctx: EngineContext, deps: LifecycleDeps) {
    this.#ctx = ctx;
    this.#connectors = deps.connectors;
    this.#handoffs = deps.handoffs;
    this.#saves = deps.saves;
    this.#pulls = deps.pulls;
    this.#loads = deps.loads;
    this.#held = deps.held;
  }

  /** Requests that are not finished. */
  get requests(): ReadonlyMap<string, RequestState> {
    return this.#requests;
  }

  arrive(request: EngineRequest, now_ns: number): void {
    assert(!this.#requests.has(request.request_id), "a request id is in the engine once");
    const state = new RequestState(request, this.#ctx.config.block_tokens, now_ns);
    this.#requests.set(request.request_id, state);
    this.#ctx.queues.arrive(state);
    const detail = rejectionOf(request, this.#ctx.config);
    if (detail !== null) this.#finish(state, "rejected", detail, now_ns);
  }

  /** A request that the step under way computes ends with that step. One that is gone already is no error. */
  abort(request_id: string, now_ns: number): void {
    const request = this.#requests.get(request_id);
    if (request === undefined) return;
    if (request.scheduled_tokens > 0) request.abort_at_step_end = true;
    else this.#finish(request, "abort", null, now_ns);
  }

  /** The step that computed `scheduled_tokens` of the request is done. `tells`: its token has not been told of yet. */
  stepped(request: RequestState, now_ns: number, tells: boolean): void {
    request.computed_tokens += request.scheduled_tokens;
    request.scheduled_tokens = 0;
    if (request.abort_at_step_end) {
      this.#finish(request, "abort", null, now_ns);
      return;
    }
    // Decode steps complete no block of a prompt.
    if (request.output_tokens === 0) this.#connectors.save(request);
    if (request.handoff !== null) this.#handoffs.afterStep(request, now_ns);
    if (request.computed_tokens < request.known_tokens) return;
    this.#emitToken(request, now_ns, tells);
    if (request.output_tokens === request.max_tokens) this.#finish(request, "length", null, now_ns);
  }

  #emitToken(request: RequestState, now_ns: number, tells: boolean): void {
    const { counters, effects } = this.#ctx;
    if (tells) {
      const token = request.answer.token(request.output_tokens);
      effects.push({ type: "emit_tokens", request: request.request, token_ids: [token] });
    }
    if (request.output_tokens === 0) {
      request.stages.firstToken(now_ns);
      counters.promptDone(request);
    }
    request.output_tokens++;
    counters.generation_tokens++;
  }

  #finish(
    request: RequestState,
    reason: "length" | "abort" | "rejected",
    detail: string | null,
    now_ns: number,
  ): void {
    const { config, queues, store, counters, effects } = this.#ctx;
    const { request_id, prompt_tokens } = request.request;
    const stages = request.stages.stages(config.engine_name, prompt_tokens, now_ns);
    const transfers = request.phase === "waiting_for_remote_kv" && !request.remote_done;
    queues.finish(request);
    this.#requests.delete(request_id);
    store?.requestFinished(request_id);
    if (reason === "length") counters.finished_requests++;
    const held = reason === "length" ? this.#holdForDecode(request, now_ns) : null;
    const timeline = request.stages.timeline();
    effects.push({ type: "finish", request: request.request, reason, detail, stages, timeline, held });
    if (transfers) {
      // A GET or pull still writes to its blocks: they are freed, and the remote ones released, when it has ended.
      this.#loads.cancel(request);
      return;
    }
    this.#pulls.release(request);
    this.#saves.release(request);
  }

  /** Keeps the prompt's blocks for the decode engine; the others go. */
  #holdForDecode(request: RequestState, now_ns: number): HeldKv | null {
    const { do_remote_decode, transfer_id, prompt_tokens, request_id } = request.request;
    if (!do_remote_decode || transfer_id === null) return null;
    const block_ids = request.block_ids.splice(0, Math.ceil(prompt_tokens / this.#ctx.config.block_tokens));
    // A router that uses a transfer id again has given up on its first hand-over.
    this.#held.release(transfer_id);
    this.#held.hold(transfer_id, request_id, block_ids, now_ns);
    return { transfer_id, block_ids };
  }
}
