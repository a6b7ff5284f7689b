// Blocks on their way from the store into a parked request.
//
// A load brings a prefix of what it was asked for. The request goes on from there: the first block that did not come and
// all behind it are computed in the blocks already allocated, and the loss is counted. The request never fails for it. A
// connector profile that does not report failed loads goes on as if all had come, and those blocks count as corrupt reads.

import { assert, present } from "../../domain/assert.ts";
import type { LoadReport } from "../connector/store_api.ts";
import type { StoreConnector } from "../connector/store_connector.ts";
import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";

export class Loads {
  readonly #ctx: EngineContext;
  #under_way = 0;

  constructor(ctx: EngineContext) {
    this.#ctx = ctx;
  }

  /** With load_async off the engine computes nothing while a load is under way. */
  get block_the_engine(): boolean {
    return this.#under_way > 0 && this.#ctx.store?.config.load_async === false;
  }

  /** Loads prompt blocks [from_block, all blocks allocated) of a request that has just been parked. */
  start(request: RequestState, from_block: number, now_ns: number): void {
    assert(
      from_block * this.#ctx.config.block_tokens === request.computed_tokens,
      "a load goes on behind the last computed token",
    );
    const { prompt_block_hashes, request_id } = request.request;
    const hashes = prompt_block_hashes.slice(from_block, request.block_ids.length);
    request.stages.waitStarted(now_ns);
    this.#under_way++;
    this.#store().load(request, request_id, hashes, request.block_ids.slice(from_block), this.#ctx);
  }

  /** The end of a load, wanted or not. */
  done(request: RequestState, report: LoadReport, now_ns: number): void {
    assert(this.#under_way > 0, "a load that ends was started");
    this.#under_way--;
    const { pool, queues } = this.#ctx;
    request.stages.loadEnded(now_ns);
    if (request.phase === "finished" || request.discard_remote) {
      pool.release(request.block_ids);
      request.resetComputed();
    } else {
      this.#take(request, report);
    }
    request.stages.handoffEnded();
    if (request.phase !== "finished") queues.remoteDone(request);
  }

  /** The request does not want its load any more; its blocks are freed when the GET under way has ended. */
  cancel(request: RequestState): void {
    this.#ctx.store?.cancelLoad(request);
  }

  /** Requests that are gone but whose blocks a GET may still write to. */
  *abandoned(): Generator<RequestState> {
    for (const { request } of this.#ctx.store?.openLoads() ?? [])
      if (request.phase === "finished") yield request;
  }

  /** The last token of a prompt is computed, whatever came. */
  #take(request: RequestState, report: LoadReport): void {
    const { pool, config, counters } = this.#ctx;
    const { block_tokens } = config;
    const from_block = request.computed_tokens / block_tokens;
    const read_end = from_block + report.tiers.length;
    const believes = report.failed && !this.#store().traits.reports_failed_loads;
    const end_block = believes ? request.block_ids.length : read_end;
    for (let i = from_block; i < end_block; i++) {
      pool.cache(request.block_ids[i] as number, request.answer.blockHash(i));
    }
    request.computed_tokens = Math.min(end_block * block_tokens, request.known_tokens - 1);
    request.stages.loaded(report.tiers, block_tokens);
    if (read_end * block_tokens === request.known_tokens) {
      counters.whole_prompt_hits++;
      request.stages.lastTokenComputed(present(report.tiers.at(-1), "a whole prompt has a last block"));
    }
    if (believes) this.#believe(request, end_block - read_end);
    else if (report.failed) this.#lose(request, end_block);
  }

  #lose(request: RequestState, end_block: number): void {
    request.save_frontier_blocks = Math.min(request.save_frontier_blocks, end_block);
    if (!request.lost_a_load) this.#ctx.counters.recomputed_requests++;
    request.lost_a_load = true;
  }

  /** vllm_2026_05 takes blocks for loaded that did not come: the request goes on with whatever they hold. */
  #believe({ request }: RequestState, blocks: number): void {
    const { counters, effects } = this.#ctx;
    counters.believed_blocks += blocks;
    const line = `Request ${request.request_id} goes on with ${blocks} KV blocks that were never loaded.`;
    effects.push({ type: "log", level: "warning", line });
  }

  #store(): StoreConnector<RequestState> {
    return present(this.#ctx.store, "a load has a store to come from");
  }
}
