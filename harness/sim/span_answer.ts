// The answer to a prompt that is known by its spans: a stream whose seed the prompt decides, as core/engine's AnswerStream
// makes it from tokens. Its blocks are named as those of the later prompt that quotes it (hash_prompt.ts).

import type { Answer } from "../core/engine/engine_api.ts";
import { type BlockHash, ROOT_HASH, type TokenId } from "../domain/block_hash.ts";
import { answerSeed, streamBase, streamToken } from "../domain/prompt_tokens.ts";
import { type HashedPrompt, hashRuns } from "./hash_prompt.ts";

export class SpanAnswer implements Answer {
  readonly seed: number;
  readonly #prompt: HashedPrompt;
  readonly #block_tokens: number;
  /** Hashes of the full blocks behind the prompt's: they begin with the prompt's tail. */
  readonly #answer_hashes: BlockHash[] = [];

  constructor(prompt: HashedPrompt, block_tokens: number) {
    this.seed = answerSeed(prompt.block_hashes.at(-1) ?? ROOT_HASH, prompt.tail);
    this.#prompt = prompt;
    this.#block_tokens = block_tokens;
  }

  token(index: number): TokenId {
    return streamToken(this.seed, index);
  }

  blockHash(index: number): BlockHash {
    const { block_hashes } = this.#prompt;
    const prompt_hash = block_hashes[index];
    if (prompt_hash !== undefined) return prompt_hash;
    const answer_index = index - block_hashes.length;
    while (this.#answer_hashes.length <= answer_index) this.#hashNextBlock();
    return this.#answer_hashes[answer_index] as BlockHash;
  }

  #hashNextBlock(): void {
    const { block_hashes, prompt_tokens, tail } = this.#prompt;
    const blocks = this.#answer_hashes.length;
    const parent = this.#answer_hashes.at(-1) ?? block_hashes.at(-1) ?? ROOT_HASH;
    const end = (block_hashes.length + blocks + 1) * this.#block_tokens - prompt_tokens;
    const start = Math.max(0, end - this.#block_tokens);
    const own = [streamBase(this.seed), start, end - start];
    this.#answer_hashes.push(hashRuns(parent, blocks === 0 ? [...tail, ...own] : own));
  }
}
