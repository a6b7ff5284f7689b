// Prompt blocks on their way into the store. After each step the blocks that it completed are offered, behind the save
// frontier; the blocks of a running save keep a reference, so nobody writes to them, while the request goes its way.
// Whole chunks only. Blocks of the answer are not saved. A range that failed or was skipped is offered again with the request's next one, where the connector's profile retries.

import { present } from "../../domain/assert.ts";
import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";

interface SaveUnderWay {
  readonly request: RequestState;
  readonly from_block: number;
  readonly block_ids: readonly number[];
}

export class Saves {
  readonly #ctx: EngineContext;
  readonly #under_way = new Map<number, SaveUnderWay>();
  /** Blocks of finished requests that have saves under way, where the profile frees them all at once. */
  readonly #kept = new Map<RequestState, readonly number[]>();

  constructor(ctx: EngineContext) {
    this.#ctx = ctx;
  }

  /** Offers what the step just done has completed of the prompt. */
  afterStep(request: RequestState): void {
    const { store, config, pool } = this.#ctx;
    if (store === null || !store.saves) return;
    const { prompt_block_hashes, request_id } = request.request;
    const { chunk_tokens } = store.config;
    const prompt_tokens = Math.min(request.computed_tokens, prompt_block_hashes.length * config.block_tokens);
    const end_block = (Math.floor(prompt_tokens / chunk_tokens) * chunk_tokens) / config.block_tokens;
    const from_block = request.save_frontier_blocks;
    if (end_block <= from_block) return;
    const block_ids = request.block_ids.slice(from_block, end_block);
    for (const block_id of block_ids) pool.reference(block_id);
    request.save_frontier_blocks = end_block;
    const job_id = store.save(request_id, prompt_block_hashes, block_ids, from_block, this.#ctx);
    this.#under_way.set(job_id, { request, from_block, block_ids });
  }

  done(job_id: number, ok: boolean): void {
    const { request, from_block, block_ids } = present(
      this.#under_way.get(job_id),
      "a save that ends was started",
    );
    this.#under_way.delete(job_id);
    this.#ctx.pool.release(block_ids);
    const kept = this.#kept.get(request);
    if (kept !== undefined && !this.#isSaving(request)) {
      this.#kept.delete(request);
      this.#ctx.pool.release(kept);
    }
    if (!ok && this.#ctx.store?.traits.retries_saves)
      request.save_frontier_blocks = Math.min(request.save_frontier_blocks, from_block);
  }

  /** A request has finished: its blocks are free, or are when its last save has ended. Takes over the references. */
  release(request: RequestState): void {
    const { pool, store } = this.#ctx;
    if (store?.traits.frees_with_last_save && this.#isSaving(request))
      this.#kept.set(request, request.block_ids);
    else pool.release(request.block_ids);
    request.block_ids = [];
  }

  /** Blocks that saves hold a reference to, one entry for each. */
  *pinnedBlocks(): Generator<number> {
    for (const { block_ids } of this.#under_way.values()) yield* block_ids;
    for (const block_ids of this.#kept.values()) yield* block_ids;
  }

  #isSaving(request: RequestState): boolean {
    for (const save of this.#under_way.values()) if (save.request === request) return true;
    return false;
  }
}
