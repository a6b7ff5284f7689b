// Prompts that share prefixes, as they come to be: each is planted anew, branches off an earlier one or repeats it. Blocks are
// numbered in the order of their making, so a prompt is its parent's first blocks and one run of numbers of its own.
// Memory: 24 bytes a prompt and 4 a block.

import { BlockColumn } from "../inspect/block_column.ts";
import { assert } from "../../harness/domain/assert.ts";

const NOBODY = -1;

export class PromptForest {
  readonly #block_tokens: number;
  /** [prompt] */
  readonly #parent = new BlockColumn(NOBODY);
  readonly #kept_blocks = new BlockColumn(0);
  readonly #first_own = new BlockColumn(0);
  readonly #tokens = new BlockColumn(0);
  /** [block]: the latest prompt with it. */
  readonly #latest = new BlockColumn(NOBODY);
  #prompts = 0;
  #blocks = 0;
  #ids = new Int32Array(1024);

  constructor(block_tokens: number) {
    this.#block_tokens = block_tokens;
  }

  tokens(prompt: number): number {
    return this.#tokens.at(prompt);
  }

  blocks(prompt: number): number {
    return Math.ceil(this.#tokens.at(prompt) / this.#block_tokens);
  }

  fullBlocks(prompt: number): number {
    return Math.floor(this.#tokens.at(prompt) / this.#block_tokens);
  }

  /** Whether no later prompt shares the first `blocks` blocks of this one. */
  isLatest(prompt: number, blocks: number): boolean {
    return this.#latest.at(this.#blockAt(prompt, blocks - 1)) === prompt;
  }

  /** Each adds the next prompt and says its tokens. */
  plant(tokens: number): number {
    return this.#grow(NOBODY, 0, tokens);
  }

  /** Keeps at least one token to itself. */
  branch(parent: number, kept_blocks: number, tokens: number): number {
    assert(kept_blocks <= this.blocks(parent), "a branch keeps blocks that its parent has");
    return this.#grow(parent, kept_blocks, Math.max(tokens, kept_blocks * this.#block_tokens + 1));
  }

  repeat(parent: number): number {
    return this.#grow(parent, this.blocks(parent), this.tokens(parent));
  }

  /** Ids of a prompt's blocks, in memory that the next call uses again. */
  prompt(prompt: number): Int32Array {
    const blocks = this.blocks(prompt);
    if (blocks > this.#ids.length) this.#ids = new Int32Array(2 * blocks);
    let end = blocks;
    for (let at = prompt; end > 0; at = this.#parent.at(at)) {
      const kept = this.#kept_blocks.at(at);
      const first_own = this.#first_own.at(at);
      for (let j = kept; j < end; j++) this.#ids[j] = first_own + (j - kept);
      end = Math.min(end, kept);
    }
    return this.#ids.subarray(0, blocks);
  }

  #grow(parent: number, kept_blocks: number, tokens: number): number {
    const prompt = this.#prompts++;
    this.#parent.set(prompt, parent);
    this.#kept_blocks.set(prompt, kept_blocks);
    this.#first_own.set(prompt, this.#blocks);
    this.#tokens.set(prompt, tokens);
    this.#blocks += Math.ceil(tokens / this.#block_tokens) - kept_blocks;
    const ids = this.prompt(prompt);
    for (let j = 0; j < ids.length; j++) this.#latest.set(ids[j] as number, prompt);
    return tokens;
  }

  #blockAt(prompt: number, depth: number): number {
    let at = prompt;
    while (depth < this.#kept_blocks.at(at)) at = this.#parent.at(at);
    return this.#first_own.at(at) + (depth - this.#kept_blocks.at(at));
  }
}
