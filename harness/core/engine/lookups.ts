// Asks the store, before a request is admitted, how much of its prompt is there. The request keeps its place in the waiting
// queue and does not hold up those behind it, unless lookup_async is off.

import { lookupBlocks } from "../connector/lookup_fold.ts";
import type { EngineContext } from "./engine_context.ts";
import { type RequestState, UNASKED } from "./request_state.ts";

const NOTHING_FOUND = { state: "answered", hit_blocks: 0 } as const;

export class Lookups {
  readonly #ctx: EngineContext;
  /** Blocks that are there, or not, together. */
  readonly #chunk_blocks: number;
  /** Questions that are out, also those whose answer nobody waits for any more. */
  #out = 0;
  /** Wipes of the store under way: what it holds now is not worth asking for. */
  resets_under_way = 0;

  constructor(ctx: EngineContext) {
    const { store, config } = ctx;
    this.#ctx = ctx;
    this.#chunk_blocks = (store?.config.chunk_tokens ?? config.block_tokens) / config.block_tokens;
  }

  /** With lookup_async off the engine plans nothing while a lookup is out: its scheduler waits for the reply. */
  get block_the_engine(): boolean {
    return this.#out > 0 && this.#ctx.store?.config.lookup_async === false;
  }

  /** True while the request must wait for its answer. A request whose KV is pulled from a prefill engine does not ask. */
  mustWait(request: RequestState, now_ns: number): boolean {
    if (request.lookup.state !== "unasked") return request.lookup.state === "asked";
    const { store } = this.#ctx;
    const { prompt_block_hashes, remote } = request.request;
    const blocks = Math.min(prompt_block_hashes.length, this.#blocksToAsk(request));
    const idle = store === null || !store.looks_up || remote !== null;
    if (idle || blocks === 0 || this.resets_under_way > 0) {
      request.lookup = NOTHING_FOUND;
      return false;
    }
    const job_id = store.lookup(request, prompt_block_hashes, blocks, this.#ctx);
    request.lookup = { state: "asked", job_id };
    request.stages.waitStarted(now_ns);
    this.#out++;
    return true;
  }

  /** An answer that nobody waits for any more is dropped. */
  done(request: RequestState, job_id: number, hit_blocks: number, now_ns: number): void {
    this.#out--;
    const waits = request.lookup.state === "asked" && request.lookup.job_id === job_id;
    if (!waits || request.phase === "finished") return;
    const whole_blocks = this.#inWholeChunks(hit_blocks);
    const hit_blocks_max = this.#loadableBlocks(request);
    request.lookup = { state: "answered", hit_blocks: Math.min(whole_blocks, hit_blocks_max) };
    request.stages.lookupEnded(now_ns);
    request.save_frontier_blocks = whole_blocks;
  }

  /** A chunk is there or not: the last block of a prompt is asked about for its chunk, though it is never loaded. */
  #blocksToAsk(request: RequestState): number {
    const { block_tokens } = this.#ctx.config;
    const loadable_blocks = this.#loadableBlocks(request);
    return this.#chunk_blocks > 1 && loadable_blocks > 0
      ? Math.floor(request.known_tokens / block_tokens)
      : loadable_blocks;
  }

  #loadableBlocks({ known_tokens }: RequestState): number {
    const { store, config } = this.#ctx;
    const loads_whole = store?.traits.loads_whole_prompts === true;
    return lookupBlocks(loads_whole ? known_tokens + 1 : known_tokens, config.block_tokens);
  }

  #inWholeChunks(blocks: number): number {
    return Math.floor(blocks / this.#chunk_blocks) * this.#chunk_blocks;
  }

  /** The request asks again when its turn comes: its answer is about a cache that is gone. */
  forget(request: RequestState, now_ns: number): void {
    if (request.lookup.state === "asked") request.stages.lookupEnded(now_ns);
    request.lookup = UNASKED;
  }
}
