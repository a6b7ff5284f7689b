// One forward pass being put together: who computes how many tokens, and which blocks are full when it is done.

import type { BlockPool } from "./block_pool.ts";
import type { StepWork } from "./compute_model.ts";
import type { BlockFill } from "./engine_api.ts";
import type { RequestState } from "./request_state.ts";

export class StepPlan implements StepWork {
  readonly requests: RequestState[] = [];
  readonly fills: BlockFill[] = [];
  new_tokens = 0;
  attended_tokens = 0;
  kv_tokens = 0;
  /** Those behind a request that asks the store have not been looked at. */
  is_interrupted = false;
  readonly #token_budget: number;
  readonly #block_tokens: number;

  constructor(token_budget: number, block_tokens: number) {
    this.#token_budget = token_budget;
    this.#block_tokens = block_tokens;
  }

  get tokens_left(): number {
    return this.#token_budget - this.new_tokens;
  }

  /**
   * Blocks for the tokens are there. Blocks that get full are findable from now on, as in vLLM: whoever hits them is
   * computed after them, in this step or a later one.
   */
  add(request: RequestState, new_tokens: number, pool: BlockPool): void {
    const start = request.computed_tokens;
    const end = start + new_tokens;
    request.scheduled_tokens = new_tokens;
    this.requests.push(request);
    this.new_tokens += new_tokens;
    // Token i of the sequence attends to i + 1 tokens: Σ over [start, end) = n · start + n (n + 1) / 2.
    this.attended_tokens += new_tokens * start + (new_tokens * (new_tokens + 1)) / 2;
    this.kv_tokens += end;
    const full_blocks = Math.floor(end / this.#block_tokens);
    for (let i = Math.floor(start / this.#block_tokens); i < full_blocks; i++) this.fill(request, i, pool);
  }

  /** The step fills block `index` of the request. */
  fill(request: RequestState, index: number, pool: BlockPool): void {
    const block_id = request.block_ids[index] as number;
    const hash = request.answer.blockHash(index);
    pool.cache(block_id, hash);
    this.fills.push({ block_id, hash });
  }
}
