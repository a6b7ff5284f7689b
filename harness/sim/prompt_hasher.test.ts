import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import { hashFullBlocks } from "../domain/block_hash.ts";
import { expandPrompt } from "../domain/prompt_tokens.ts";
import { PromptHasher, type StreamSpan } from "./prompt_hasher.ts";

function expand(spans: readonly StreamSpan[]): number[] {
  return expandPrompt(
    spans.map((span) => ({ kind: "seeded", ...span })),
    [],
  );
}

function drawSpans(random: Random, longest: number): StreamSpan[] {
  // Few seeds, so that prompts share prefixes and the table is hit.
  return Array.from({ length: 1 + random.below(6) }, () => {
    return {
      seed: random.below(3) === 0 ? 2 ** 40 + random.below(3) : random.below(3),
      tokens: random.below(longest),
    };
  });
}

for (const block_tokens of [1, 4, 16]) {
  test(`prompts of random spans hash as their tokens do, in blocks of ${block_tokens}`, () => {
    const random = new Random(block_tokens);
    const hasher = new PromptHasher(block_tokens);
    for (let i = 0; i < 300; i++) {
      const spans = drawSpans(random, 5 * block_tokens + 3);
      const tokens = expand(spans);
      const hashed = hasher.hash(spans);
      expect(hashed.prompt_tokens).toBe(tokens.length);
      expect(hashed.block_hashes).toEqual(hashFullBlocks(tokens, block_tokens));
      expect(hashed.tail_token_ids).toEqual(tokens.slice(tokens.length - (tokens.length % block_tokens)));
    }
  });
}

test("a prompt that continues a known one hashes as it does alone", () => {
  const random = new Random(11);
  const hasher = new PromptHasher(8);
  for (let i = 0; i < 300; i++) {
    const start = drawSpans(random, 30);
    const spans = [...start, ...drawSpans(random, 30)];
    expect(hasher.hash(spans, hasher.hash(start))).toEqual(hasher.hash(spans));
  }
});
