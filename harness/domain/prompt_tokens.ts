// Token ids as functions of seeds: the prompt streams that spans name, and the answers an embedded engine gives.
// Everything here is the same in every process, so a workload is a few numbers and both arms of an A/B see the same tokens.

import { assert } from "./assert.ts";
import type { TokenId } from "./block_hash.ts";
import type { PromptSpan } from "./session.ts";

/** Token ids are 1 … VOCABULARY − 1; 0 is never drawn. Small enough for every profile's vocabulary. */
export const VOCABULARY = 32_000;

/** The token at `index` of stream `seed`. */
export function streamToken(seed: number, index: number): TokenId {
  return tokenAt(streamBase(seed) ^ Math.imul(index + 1, STRIDE));
}

/** Tokens [start, end) of stream `seed`, into `tokens` from `at` on: streamToken for many, at half the cost. */
export function fillStream(seed: number, start: number, end: number, tokens: Int32Array, at: number): void {
  const base = streamBase(seed);
  const shift = at - start;
  let offset = Math.imul(start + 1, STRIDE);
  for (let i = start; i < end; i++) {
    tokens[i + shift] = tokenAt(base ^ offset);
    offset = (offset + STRIDE) | 0;
  }
}

const STRIDE = 0x85ebca77;
const TOKENS = VOCABULARY - 1;

/** What a stream's tokens follow from: streams of equal bases are equal. 32 bits, signed. */
export function streamBase(seed: number): number {
  return Math.imul(seed ^ Math.floor(seed / 2 ** 32) ^ 0x2545f491, 0x9e3779b1);
}

function tokenAt(position: number): TokenId {
  let x = Math.imul(position ^ (position >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  x ^= x >>> 15;
  // 1 + x mod TOKENS with x read as unsigned. The half keeps the quotient away from whole numbers, so it truncates exactly.
  const quotient = (((x >>> 0) + 0.5) * (1 / TOKENS)) | 0;
  return (1 + x - Math.imul(quotient, TOKENS)) | 0;
}

/** A prompt's token ids: [prompt tokens]. `answers[t]` are the token ids of turn t. */
export function expandPrompt(
  spans: readonly PromptSpan[],
  answers: readonly (readonly TokenId[])[],
): TokenId[] {
  const tokens: TokenId[] = [];
  for (const span of spans) {
    if (span.kind === "seeded") {
      for (let i = 0; i < span.tokens; i++) tokens.push(streamToken(span.seed, i));
    } else {
      const answer = answers[span.turn_index];
      assert(answer !== undefined, `turn ${span.turn_index} is answered before a later turn quotes it`);
      for (const token of answer) tokens.push(token);
    }
  }
  return tokens;
}

/** Seed of a request's answer: what the prompt ends with decides what is said. */
export function answerSeed(last_block_hash: number, tail_token_ids: readonly TokenId[]): number {
  if (tail_token_ids.length === 0) return last_block_hash;
  let seed = last_block_hash | 0;
  for (let i = 0; i < tail_token_ids.length; i++)
    seed = (Math.imul(seed, 31) + (tail_token_ids[i] as number)) | 0;
  return seed >>> 0;
}
