// The answer of a request and the hashes of all its full blocks. Token i of the answer is a function of the prompt alone,
// so a decode engine and a recomputed request say the same.

import { assert } from "../../domain/assert.ts";
import { type BlockHash, chainBlockHash, ROOT_HASH, type TokenId } from "../../domain/block_hash.ts";
import { answerSeed, fillStream, streamToken } from "../../domain/prompt_tokens.ts";
import type { Answer, EngineRequest } from "./engine_api.ts";

export class AnswerStream implements Answer {
  readonly #request: EngineRequest;
  readonly #block_tokens: number;
  readonly #seed: number;
  /** Hashes of the full blocks behind the prompt's: they begin with the prompt's tail. */
  readonly #answer_hashes: BlockHash[] = [];

  constructor(request: EngineRequest, block_tokens: number) {
    this.#request = request;
    this.#block_tokens = block_tokens;
    this.#seed = answerSeed(request.prompt_block_hashes.at(-1) ?? ROOT_HASH, request.tail_token_ids);
  }

  token(index: number): TokenId {
    return streamToken(this.#seed, index);
  }

  /** Hash of full block `index` of the prompt and answer taken together. */
  blockHash(index: number): BlockHash {
    const prompt_hashes = this.#request.prompt_block_hashes;
    const prompt_hash = prompt_hashes[index];
    if (prompt_hash !== undefined) return prompt_hash;
    const answer_index = index - prompt_hashes.length;
    while (this.#answer_hashes.length <= answer_index) this.#hashNextBlock();
    return this.#answer_hashes[answer_index] as BlockHash;
  }

  #hashNextBlock(): void {
    const { prompt_block_hashes, prompt_tokens, tail_token_ids } = this.#request;
    const parent = this.#answer_hashes.at(-1) ?? prompt_block_hashes.at(-1) ?? ROOT_HASH;
    const start = (prompt_block_hashes.length + this.#answer_hashes.length) * this.#block_tokens;
    // The prompt's tail fills the front of the first block and no other.
    const from_tail = Math.max(0, prompt_tokens - start);
    assert(from_tail <= tail_token_ids.length, "tokens behind the last full block are in the prompt's tail");
    const tokens = new Int32Array(this.#block_tokens);
    for (let i = 0; i < from_tail; i++) tokens[i] = tail_token_ids[i] as TokenId;
    const answer_start = start + from_tail - prompt_tokens;
    fillStream(this.#seed, answer_start, start + this.#block_tokens - prompt_tokens, tokens, from_tail);
    this.#answer_hashes.push(chainBlockHash(parent, tokens, 0, this.#block_tokens));
  }
}
