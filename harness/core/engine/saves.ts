// Prompt blocks on their way into the store. After each step the blocks that it completed are offered, behind the save
// frontier; the blocks of a running save keep a reference, so nobody writes to them, while the request goes its way.
// Whole chunks only. Blocks of the answer are not saved. A range that failed or was skipped is offered again with the request's next one, where the connector's profile retries.

import type { Save } from "../connector/save_job.ts";
import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";

export class Saves {
  readonly #ctx: EngineContext;
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
    store.save(request, request_id, prompt_block_hashes, block_ids, from_block, this.#ctx);
  }

  done({ request, first_block, block_ids }: Save<RequestState>, ok: boolean): void {
    this.#ctx.pool.release(block_ids);
    const kept = this.#kept.get(request);
    if (kept !== undefined && !this.#isSaving(request)) {
      this.#kept.delete(request);
      this.#ctx.pool.release(kept);
    }
    if (!ok && this.#ctx.store?.traits.retries_saves)
      request.save_frontier_blocks = Math.min(request.save_frontier_blocks, first_block);
  }

  /** A request has finished: its blocks are free, or are when its last save has ended. Takes over the references. */
  release(request: RequestState): void {
    const { pool, store } = this.#ctx;
    if (store?.traits.frees_with_last_save && this.#isSaving(request))
      this.#kept.set(request, request.block_ids);
    else pool.release(request.block_ids);
  }

  /** Blocks that saves hold a reference to, one entry for each. */
  *pinnedBlocks(): Generator<number> {
    for (const { block_ids } of this.#ctx.store?.openSaves() ?? []) yield* block_ids;
    for (const block_ids of this.#kept.values()) yield* block_ids;
  }

  /** One that has ended counts until it is settled. */
  #isSaving(request: RequestState): boolean {
    const { store, notices } = this.#ctx;
    for (const save of store?.openSaves() ?? []) if (save.request === request) return true;
    return notices.some((notice) => notice.type === "save_done" && notice.save.request === request);
  }
}
