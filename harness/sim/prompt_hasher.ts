// Block hashes of a prompt straight from its spans, equal to those of the expanded tokens (hashFullBlocks(expandPrompt(…))
// in domain) without expanding what is known already: the history that a turn shares with the turn before it, and whole
// blocks of one span behind a parent seen before. The second are kept in a direct-mapped table of fixed size: a collision
// costs the time to hash a block again, never a wrong hash.

import { type BlockHash, chainBlockHash, ROOT_HASH, type TokenId } from "../domain/block_hash.ts";
import { fillStream } from "../domain/prompt_tokens.ts";

/** The first `tokens` of stream `seed`. An answer is such a span too: its tokens are a stream. */
export interface StreamSpan {
  readonly seed: number;
  readonly tokens: number;
}

export interface HashedPrompt {
  readonly prompt_tokens: number;
  /** [floor(prompt_tokens / block_tokens)] */
  readonly block_hashes: readonly BlockHash[];
  /** [prompt_tokens % block_tokens] */
  readonly tail_token_ids: readonly TokenId[];
}

/** A prompt that this one begins with. */
export interface KnownPrefix {
  readonly block_hashes: readonly BlockHash[];
}

/** 32 bytes each. */
const TABLE_ENTRIES: number = 2 ** 19;

export class PromptHasher {
  readonly #block_tokens: number;
  readonly #scratch: Int32Array;
  readonly #table_parents = new Float64Array(TABLE_ENTRIES).fill(-1);
  readonly #table_seeds = new Float64Array(TABLE_ENTRIES);
  readonly #table_offsets = new Float64Array(TABLE_ENTRIES);
  readonly #table_hashes = new Float64Array(TABLE_ENTRIES);

  constructor(block_tokens: number) {
    this.#block_tokens = block_tokens;
    this.#scratch = new Int32Array(block_tokens);
  }

  /** `known`: hashes of a shorter prompt whose every token this one starts with. */
  hash(spans: readonly StreamSpan[], known: KnownPrefix | null = null): HashedPrompt {
    const block_tokens = this.#block_tokens;
    const block_hashes = known === null ? [] : known.block_hashes.slice();
    let parent: BlockHash = block_hashes.at(-1) ?? ROOT_HASH;
    let skipped = block_hashes.length * block_tokens;
    let prompt_tokens = 0;
    /** Tokens of the open block that are in the scratch. */
    let filled = 0;
    for (const { seed, tokens } of spans) {
      prompt_tokens += tokens;
      let offset = Math.min(skipped, tokens);
      skipped -= offset;
      while (offset < tokens) {
        if (filled === 0 && tokens - offset >= block_tokens) {
          parent = this.#wholeBlock(parent, seed, offset);
          block_hashes.push(parent);
          offset += block_tokens;
          continue;
        }
        const end = Math.min(tokens, offset + block_tokens - filled);
        this.#fill(seed, offset, end, filled);
        filled += end - offset;
        offset = end;
        if (filled < block_tokens) continue;
        parent = chainBlockHash(parent, this.#scratch, 0, block_tokens);
        block_hashes.push(parent);
        filled = 0;
      }
    }
    const tail_token_ids: TokenId[] = [];
    for (let i = 0; i < filled; i++) tail_token_ids.push(this.#scratch[i] as TokenId);
    return { prompt_tokens, block_hashes, tail_token_ids };
  }

  #wholeBlock(parent: BlockHash, seed: number, offset: number): BlockHash {
    const entry = entryOf(parent, seed, offset);
    const is_known =
      this.#table_parents[entry] === parent &&
      this.#table_seeds[entry] === seed &&
      this.#table_offsets[entry] === offset;
    if (is_known) return this.#table_hashes[entry] as BlockHash;
    this.#fill(seed, offset, offset + this.#block_tokens, 0);
    const hash = chainBlockHash(parent, this.#scratch, 0, this.#block_tokens);
    this.#table_parents[entry] = parent;
    this.#table_seeds[entry] = seed;
    this.#table_offsets[entry] = offset;
    this.#table_hashes[entry] = hash;
    return hash;
  }

  #fill(seed: number, start: number, end: number, at: number): void {
    fillStream(seed, start, end, this.#scratch, at);
  }
}

function entryOf(parent: number, seed: number, offset: number): number {
  let x = Math.imul((parent | 0) ^ Math.imul(Math.floor(parent / 2 ** 32), 0x85ebca6b), 0x9e3779b1);
  x = Math.imul(x ^ seed ^ (x >>> 15), 0x2c1b3c6d) ^ Math.imul(offset, 0x297a2d39);
  x ^= x >>> 16;
  return (x >>> 0) % TABLE_ENTRIES;
}
