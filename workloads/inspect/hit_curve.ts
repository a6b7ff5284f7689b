// The hit ratio of an LRU cache of every capacity, from one pass over the requests.
//
// The model, in blocks of the trace: a request looks all its blocks up before it uses any, and a block counts as hit when it
// and every block before it in the prompt are cached (an engine can use a prefix only). Then it uses them all, the last
// block first, so that a prefix is always younger than what follows it and LRU never drops a prefix before its continuation.
// A partial last block takes the room of a whole one.
//
// A block at rank r of the recency order is held by caches of r blocks and more (RecencyOrder), so block j of a prompt hits
// in caches of at least max(r_0 … r_j) blocks: a histogram of that maximum is the whole curve. Where ids are chained (every id
// always behind the same one) a prefix is never older than its continuation, the maximum is r_j, and looking blocks up one by
// one would give the same curve; `unchained_hits` counts the blocks for which it would not.

import { assert } from "../../harness/domain/assert.ts";
import { NumberColumn } from "../trace/number_column.ts";
import { RecencyOrder } from "./recency_order.ts";

export interface HitRatio {
  /** Hit blocks ÷ blocks. */
  readonly block_ratio: number;
  /** Tokens in hit blocks ÷ prompt tokens. */
  readonly token_ratio: number;
}

export class HitCurve {
  readonly block_tokens: number;
  readonly #order = new RecencyOrder();
  /** [rank]: blocks and tokens that hit from this capacity on; entry 0 is those never hit. */
  readonly #blocks_at = new NumberColumn();
  readonly #tokens_at = new NumberColumn();
  #blocks = 0;
  #tokens = 0;
  #unchained_hits = 0;

  constructor(block_tokens: number) {
    assert(Number.isInteger(block_tokens) && block_tokens > 0, "a block has tokens");
    this.block_tokens = block_tokens;
  }

  /** `blocks`: the request's blocks as BlockTable numbers them. */
  add(blocks: ArrayLike<number>, input_tokens: number): void {
    let needed = 0;
    let is_hit = true;
    for (let j = 0; j < blocks.length; j++) {
      const rank = this.#order.rank(blocks[j] as number);
      is_hit &&= rank > 0;
      if (rank > 0 && (!is_hit || rank < needed)) this.#unchained_hits++;
      needed = is_hit ? Math.max(needed, rank) : 0;
      const tokens = Math.min(this.block_tokens, input_tokens - j * this.block_tokens);
      this.#blocks_at.add(needed, 1);
      this.#tokens_at.add(needed, tokens);
      this.#tokens += tokens;
    }
    this.#blocks += blocks.length;
    for (let j = blocks.length - 1; j >= 0; j--) this.#order.use(blocks[j] as number);
  }

  /** Of at least one request. */
  at(capacity_tokens: number): HitRatio {
    const capacity_blocks = Math.floor(capacity_tokens / this.block_tokens);
    return this.#upTo(Math.min(capacity_blocks, this.largest_useful_blocks));
  }

  unbounded(): HitRatio {
    return this.#upTo(this.largest_useful_blocks);
  }

  /** More capacity than this hits nothing more. */
  get largest_useful_blocks(): number {
    return Math.max(0, this.#blocks_at.length - 1);
  }

  get unchained_hits(): number {
    return this.#unchained_hits;
  }

  /** The least capacity, in tokens, at which hit blocks reach this share of the unbounded cache's. */
  capacityTokensFor(share: number): number {
    const wanted = share * this.unbounded().block_ratio * this.#blocks;
    let hits = 0;
    for (let rank = 1; rank < this.#blocks_at.length; rank++) {
      hits += this.#blocks_at.at(rank);
      if (hits >= wanted) return rank * this.block_tokens;
    }
    return 0;
  }

  #upTo(capacity_blocks: number): HitRatio {
    assert(this.#blocks > 0, "a hit ratio needs at least one block");
    let blocks = 0;
    let tokens = 0;
    for (let rank = 1; rank <= capacity_blocks; rank++) {
      blocks += this.#blocks_at.at(rank);
      tokens += this.#tokens_at.at(rank);
    }
    return { block_ratio: blocks / this.#blocks, token_ratio: tokens / this.#tokens };
  }
}
