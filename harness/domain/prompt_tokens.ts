// Token ids as functions of seeds: the prompt streams that spans name, and the answers an embedded engine gives.
// Everything here is the same in every process, so a workload is a few numbers and both arms of an A/B see the same tokens.

import { assert } from "./assert.ts";
import type { TokenId } from "./block_hash.ts";
import type { PromptSpan } from "./session.ts";

/** Token ids are 1 … VOCABULARY − 1; 0 is never drawn. Small enough for every profile's vocabulary. */
export const VOCABULARY = 32_000;

/** The token at `index` of stream `seed`. */
export function streamToken(seed: number, index: number): TokenId {
  let x =
    Math.imul(seed ^ Math.floor(seed / 2 ** 32) ^ 0x2545f491, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca77);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  x ^= x >>> 15;
  return 1 + ((x >>> 0) % (VOCABULARY - 1));
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
  let seed = last_block_hash;
  for (const token of tail_token_ids) seed = (Math.imul(seed | 0, 31) + token) >>> 0;
  return seed;
}
