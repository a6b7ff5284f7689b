// Prompts that share prefixes, as they come to be: each is planted anew or keeps the first blocks of an earlier one. Blocks
// are numbered in the order of their making, so a prompt is its parent's first blocks and one run of numbers of its own:
// 16 bytes a prompt, however long.

import { assert } from "../../harness/domain/assert.ts";
import { BlockColumn } from "../inspect/block_column.ts";

const NOBODY = -1;

export class PromptForest {
  readonly #block_tokens: number;
  /** [prompt] */
  readonly #parent = new BlockColumn(NOBODY);
  readonly #kept_blocks = new BlockColumn(0);
  readonly #first_own = new BlockColumn(0);
  readonly #tokens = new BlockColumn(0);
  #prompts = 0;
  #blocks = 0;
  #ids = new Int32Array(1024);

  constructor(block_tokens: number) {
    this.#block_tokens = block_tokens;
  }

  tokens(prompt: number): number {
    return this.#tokens.at(prompt);
  }

  /** Each of these adds a prompt and says its number, from 0. */
  plant(tokens: number): number {
    return this.#add(NOBODY, 0, tokens);
  }

  branch(parent: number, kept_blocks: number, tokens: number): number {
    assert(kept_blocks <= this.#blocksOf(parent), "a branch keeps blocks that its parent has");
    assert(kept_blocks <= Math.ceil(tokens / this.#block_tokens), "a branch has room for what it keeps");
    return this.#add(parent, kept_blocks, tokens);
  }

  /** Ids of the prompt's blocks, in memory that the next call uses again. */
  ids(prompt: number): Int32Array {
    const blocks = this.#blocksOf(prompt);
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

  #add(parent: number, kept_blocks: number, tokens: number): number {
    const prompt = this.#prompts++;
    this.#parent.set(prompt, parent);
    this.#kept_blocks.set(prompt, kept_blocks);
    this.#first_own.set(prompt, this.#blocks);
    this.#tokens.set(prompt, tokens);
    this.#blocks += Math.ceil(tokens / this.#block_tokens) - kept_blocks;
    return prompt;
  }

  #blocksOf(prompt: number): number {
    return Math.ceil(this.#tokens.at(prompt) / this.#block_tokens);
  }
}
