// Names for the blocks of recorded prompts: equal number ⇔ equal prompt up to the end of that block. Blocks are told apart by
// salted chained hashes, and numbered in order of first sight, so a file says which prompts share what and nothing of what
// they hold. Memory is about 50 bytes a distinct block.

import { assert } from "../../domain/assert.ts";
import { type BlockHash, chainBlockHash, ROOT_HASH, type TokenId } from "../../domain/block_hash.ts";

export class RouterRecordBlocks {
  readonly #root: BlockHash;
  readonly #block_tokens: number;
  readonly #numbers = new Map<BlockHash, number>();

  constructor(salt: string, block_tokens: number) {
    assert(Number.isInteger(block_tokens) && block_tokens > 0, "a block has tokens");
    const codes = Array.from(salt, (character) => character.codePointAt(0) ?? 0);
    this.#root = chainBlockHash(ROOT_HASH, [codes.length, ...codes], 0, codes.length + 1);
    this.#block_tokens = block_tokens;
  }

  get distinct_blocks(): number {
    return this.#numbers.size;
  }

  /** [ceil(tokens / block_tokens)]; the last may be partial, and is then another block than the full one it would grow to. */
  ids(tokens: readonly TokenId[]): number[] {
    const ids: number[] = [];
    let parent = this.#root;
    for (let start = 0; start < tokens.length; start += this.#block_tokens) {
      parent = chainBlockHash(parent, tokens, start, Math.min(start + this.#block_tokens, tokens.length));
      ids.push(this.#number(parent));
    }
    return ids;
  }

  #number(hash: BlockHash): number {
    const known = this.#numbers.get(hash);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(hash, number);
    return number;
  }
}
