import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import { hashFullBlocks } from "../domain/block_hash.ts";
import { expandPrompt } from "../domain/prompt_tokens.ts";
import { hashPrompt, type StreamSpan } from "./hash_prompt.ts";

function expand(spans: readonly StreamSpan[]): number[] {
  return expandPrompt(
    spans.map((span) => ({ kind: "seeded", ...span })),
    [],
  );
}

function drawSpans(random: Random, longest: number): StreamSpan[] {
  // Few seeds, so that prompts share prefixes; 2^32 + 1 names the stream of 0.
  return Array.from({ length: 1 + random.below(6) }, () => {
    const seed = [0, 1, 2, 2 ** 40 + 1, 2 ** 32 + 1][random.below(5)] ?? 0;
    return { seed, tokens: random.below(longest) };
  });
}

for (const block_tokens of [1, 4, 16]) {
  test(`blocks of ${block_tokens} have one name exactly when their tokens up to their end hash alike`, () => {
    const random = new Random(block_tokens);
    const token_hash_of = new Map<number, number>();
    const name_of = new Map<number, number>();
    for (let i = 0; i < 300; i++) {
      const spans = drawSpans(random, 5 * block_tokens + 3);
      const tokens = expand(spans);
      const hashed = hashPrompt(spans, block_tokens);
      expect(hashed.prompt_tokens).toBe(tokens.length);
      const token_hashes = hashFullBlocks(tokens, block_tokens);
      expect(hashed.block_hashes).toHaveLength(token_hashes.length);
      for (const [block, token_hash] of token_hashes.entries()) {
        const name = hashed.block_hashes[block] ?? -1;
        expect(token_hash_of.get(name) ?? token_hash).toBe(token_hash);
        expect(name_of.get(token_hash) ?? name).toBe(name);
        token_hash_of.set(name, token_hash);
        name_of.set(token_hash, name);
      }
    }
    expect(name_of.size).toBeGreaterThan(100);
  });
}

test("the tail is what is behind the last full block, in runs of stream, first token and tokens", () => {
  const [stream] = hashPrompt([{ seed: 7, tokens: 1 }], 4).tail;
  const [other] = hashPrompt([{ seed: 8, tokens: 1 }], 4).tail;
  // 6 + 4 tokens are two blocks of 4, the second of tokens 4 and 5 of one stream and 0 and 1 of the other, and two more.
  const hashed = hashPrompt(
    [
      { seed: 7, tokens: 6 },
      { seed: 9, tokens: 0 },
      { seed: 8, tokens: 4 },
    ],
    4,
  );
  expect(hashed.block_hashes).toHaveLength(2);
  expect(hashed.tail).toEqual([other ?? Number.NaN, 2, 2]);
  expect(stream).not.toBe(other);
});

test("a prompt that continues a known one hashes as it does alone", () => {
  const random = new Random(11);
  for (let i = 0; i < 300; i++) {
    const start = drawSpans(random, 30);
    const spans = [...start, ...drawSpans(random, 30)];
    expect(hashPrompt(spans, 8, hashPrompt(start, 8))).toEqual(hashPrompt(spans, 8));
  }
});
