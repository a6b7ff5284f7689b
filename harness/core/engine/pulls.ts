// The decode half of a P/D hand-over: copying a prompt's KV out of the prefill engine's block pool.
//
// The pull takes every block that the engine's own prefix cache lacks, the partial last one too. Then all but the last
// prompt token count as computed; that token is computed here, because its logits are the first token (vLLM does the
// same). The remote blocks are released whatever happens; a failed pull only means computing the prompt.

import { present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";

interface PullUnderWay {
  readonly request: RequestState;
  readonly from_block: number;
}

export class Pulls {
  readonly #ctx: EngineContext;
  readonly #under_way = new Map<number, PullUnderWay>();

  constructor(ctx: EngineContext) {
    this.#ctx = ctx;
  }

  /** Pulls blocks [from_block, end of the prompt) of a request that has just been parked. */
  start(request: RequestState, from_block: number, now_ns: number): void {
    const { prompt_block_hashes, request_id } = request.request;
    const remote = this.#remoteOf(request);
    const block_ids = request.block_ids.slice(from_block);
    const op_id = this.#ctx.nextId();
    this.#under_way.set(op_id, { request, from_block });
    request.stages.waitStarted(now_ns);
    this.#ctx.effects.push({
      type: "pull",
      op_id,
      request_id,
      remote,
      remote_block_ids: remote.remote_block_ids.slice(from_block),
      block_ids,
      hashes: block_ids.map((_, i) => prompt_block_hashes[from_block + i] ?? null),
      weights_version: this.#ctx.weights_version,
    });
  }

  done(op_id: number, codes: readonly number[], stale: number, now_ns: number): void {
    const { request, from_block } = present(this.#under_way.get(op_id), "a pull that ends was started");
    this.#under_way.delete(op_id);
    const { pool, queues, counters } = this.#ctx;
    counters.stale_pulls += stale;
    for (const code of codes) if (code === STORE_CODE.CHECKSUM_MISMATCH) counters.corrupt_pulls++;
    request.stages.loadEnded(now_ns);
    this.release(request);
    if (request.phase === "finished" || request.discard_remote) {
      pool.release(request.block_ids);
      request.resetComputed();
    } else if (codes.every((code) => code >= 0)) {
      this.#take(request, from_block);
    } else {
      counters.failed_pulls++;
    }
    if (request.phase !== "finished") queues.remoteDone(request);
  }

  /** Tells the prefill engine that its blocks are not needed any more; once a request. */
  release(request: RequestState): void {
    if (!request.holds_remote) return;
    request.holds_remote = false;
    this.#ctx.effects.push({ type: "release_remote", remote: this.#remoteOf(request) });
  }

  /** Requests that are gone but whose blocks a pull may still write to. */
  *abandoned(): Generator<RequestState> {
    for (const { request } of this.#under_way.values()) if (request.phase === "finished") yield request;
  }

  #take(request: RequestState, from_block: number): void {
    const { pool, counters } = this.#ctx;
    const { prompt_block_hashes, prompt_tokens } = request.request;
    counters.pulled_blocks += request.block_ids.length - from_block;
    for (let i = from_block; i < prompt_block_hashes.length; i++) {
      pool.cache(request.block_ids[i] as number, prompt_block_hashes[i] as BlockHash);
    }
    request.stages.pulled(prompt_tokens - 1 - request.computed_tokens);
    request.computed_tokens = prompt_tokens - 1;
  }

  #remoteOf(request: RequestState): RemoteKv {
    return present(request.request.remote, "a pull names the engine it pulls from");
  }
}
