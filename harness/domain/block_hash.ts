// Chained block hashes: equal hash ⇔ equal token prefix up to the end of the block.
//
// A hash is a 53-bit integer in a JS number, so that tables of millions of blocks are keyed without allocation.
// Birthday bound: 10 million distinct blocks hold 0.006 colliding pairs in expectation. vLLM chains SHA-256 over
// (parent, tokens); the structure is the same, the width is ours.

import { assert } from "./assert.ts";

export type BlockHash = number & { readonly __brand: "BlockHash" };
export type TokenId = number;

/** Parent of a sequence's first block. */
export const ROOT_HASH = 0x1d8e4e27c47d as BlockHash;

const HIGH_RANGE = 2 ** 32;

/** Hash of the block `tokens[start, end)` behind `parent`. */
export function chainBlockHash(
  parent: BlockHash,
  tokens: ArrayLike<TokenId>,
  start: number,
  end: number,
): BlockHash {
  assert(start < end && end <= tokens.length, `block [${start}, ${end}) lies inside ${tokens.length} tokens`);
  let low = parent | 0; // the lower 32 bits
  let high = (parent / HIGH_RANGE) | 0;
  for (let i = start; i < end; i++) {
    const token = tokens[i] as number;
    low = Math.imul(low ^ token, 0x85ebca6b);
    low ^= low >>> 13;
    high = Math.imul(high ^ token ^ (low >>> 7), 0xc2b2ae35);
    high ^= high >>> 16;
  }
  low = Math.imul(low ^ high, 0x27d4eb2f);
  low ^= low >>> 15;
  high = Math.imul(high ^ low, 0x165667b1);
  high ^= high >>> 14;
  return ((high & 0x1fffff) * HIGH_RANGE + (low >>> 0)) as BlockHash;
}

/** Hashes of the full blocks of `tokens`: [floor(tokens / block_tokens)]. */
export function hashFullBlocks(tokens: ArrayLike<TokenId>, block_tokens: number): BlockHash[] {
  const hashes: BlockHash[] = [];
  let parent = ROOT_HASH;
  for (let start = 0; start + block_tokens <= tokens.length; start += block_tokens) {
    parent = chainBlockHash(parent, tokens, start, start + block_tokens);
    hashes.push(parent);
  }
  return hashes;
}

/** A hash has 53 bits. */
export const BLOCK_HASH_DIGITS = 14;

/** BLOCK_HASH_DIGITS lower-case hex digits. */
export function blockHashHex(hash: BlockHash): string {
  return hash.toString(16).padStart(BLOCK_HASH_DIGITS, "0");
}
