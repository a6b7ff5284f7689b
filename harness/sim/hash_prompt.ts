// Names the blocks of a prompt from its spans, without making their tokens. What a span says is the head of a stream, so a
// block is a few runs (stream, first token, tokens), and its name is the hash of their numbers behind its parent's. Two
// blocks have the same name when their tokens and all before them are the same: what hashing the tokens would say, with
// other numbers, at a cost per block instead of per token. Only equality is ever asked of a name.

import { type BlockHash, chainBlockHash, ROOT_HASH } from "../domain/block_hash.ts";
import { streamBase } from "../domain/prompt_tokens.ts";

/** The first `tokens` of stream `seed`. An answer is such a span too: its tokens are a stream. */
export interface StreamSpan {
  readonly seed: number;
  readonly tokens: number;
}

/** Runs one after the other, three numbers each: stream, first token, tokens. */
export type TokenRuns = readonly number[];

export interface HashedPrompt {
  readonly prompt_tokens: number;
  /** [floor(prompt_tokens / block_tokens)] */
  readonly block_hashes: readonly BlockHash[];
  /** What is behind the last full block. */
  readonly tail: TokenRuns;
}

/** A prompt that this one begins with. */
export interface KnownPrefix {
  readonly block_hashes: readonly BlockHash[];
}

const NO_RUNS: TokenRuns = [];

/** `known`: hashes of a shorter prompt whose every token this one starts with. */
export function hashPrompt(
  spans: readonly StreamSpan[],
  block_tokens: number,
  known: KnownPrefix | null = null,
): HashedPrompt {
  const block_hashes = known === null ? [] : known.block_hashes.slice();
  let parent: BlockHash = block_hashes.at(-1) ?? ROOT_HASH;
  let skipped = block_hashes.length * block_tokens;
  let prompt_tokens = 0;
  /** Of the block that is not full; `filled` says whether there is one. */
  let runs: number[] = [];
  let filled = 0;
  for (const { seed, tokens } of spans) {
    prompt_tokens += tokens;
    const stream = streamBase(seed);
    let first = Math.min(skipped, tokens);
    skipped -= first;
    while (first < tokens) {
      const taken = Math.min(tokens - first, block_tokens - filled);
      if (filled === 0) runs = [stream, first, taken];
      else runs.push(stream, first, taken);
      first += taken;
      filled += taken;
      if (filled < block_tokens) break;
      parent = hashRuns(parent, runs);
      block_hashes.push(parent);
      filled = 0;
    }
  }
  return { prompt_tokens, block_hashes, tail: filled === 0 ? NO_RUNS : runs };
}

export function hashRuns(parent: BlockHash, runs: TokenRuns): BlockHash {
  return chainBlockHash(parent, runs, 0, runs.length);
}
