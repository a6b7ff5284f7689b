// Chained block hashes of a prompt that grows: what a conversation adds is hashed once, however often its history is sent.

import { assert } from "../../harness/domain/assert.ts";
import { type BlockHash, chainBlockHash, ROOT_HASH, type TokenId } from "../../harness/domain/block_hash.ts";

export class PromptHashes {
  readonly #block_tokens: number;
  readonly #full: number[] = [];
  #parent: BlockHash = ROOT_HASH;
  /** Tokens behind the last full block. */
  #rest: TokenId[] = [];

  constructor(block_tokens: number) {
    assert(block_tokens > 0, "a block has tokens");
    this.#block_tokens = block_tokens;
  }

  get tokens(): number {
    return this.#full.length * this.#block_tokens + this.#rest.length;
  }

  append(tokens: Iterable<TokenId>): void {
    for (const token of tokens) {
      this.#rest.push(token);
      if (this.#rest.length < this.#block_tokens) continue;
      this.#parent = chainBlockHash(this.#parent, this.#rest, 0, this.#block_tokens);
      this.#full.push(this.#parent);
      this.#rest = [];
    }
  }

  /** [ceil(tokens / block_tokens)], a copy; a partial last block has an id of its own. */
  ids(): number[] {
    if (this.#rest.length === 0) return [...this.#full];
    return [...this.#full, chainBlockHash(this.#parent, this.#rest, 0, this.#rest.length)];
  }
}
