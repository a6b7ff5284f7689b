// Sessions of a trace that does not name them, from shared prefixes.
//
// The rule: a request continues a session when its prompt holds every full block of that session's latest prompt, is longer
// than it, and the last of those blocks has been in prompts of that session alone (so a system prompt or a document that
// many share starts sessions and joins none). Of several such sessions it is the one with the longest prompt. A latest
// prompt is continued once: a second continuation of it is a branch and starts a session of its own. Prompts shorter than
// a block cannot be told apart and are sessions of one turn.

import { BlockColumn } from "./block_column.ts";

const NOBODY = -1;
const SEVERAL = -2;

export interface FoundTurn {
  /** From 0, in the order of first requests. */
  readonly session: number;
  readonly turn_index: number;
}

export class SessionFinder {
  readonly #block_tokens: number;
  /** [block]: the session whose prompts alone held it. */
  readonly #holder = new BlockColumn(NOBODY);
  /** [block]: the session whose latest prompt has it as its last full block. */
  readonly #tail_of = new BlockColumn(NOBODY);
  /** [session] */
  readonly #turns: number[] = [];
  readonly #input_tokens: number[] = [];

  constructor(block_tokens: number) {
    this.#block_tokens = block_tokens;
  }

  get sessions(): number {
    return this.#turns.length;
  }

  /** [session]: its turns. */
  get turns(): readonly number[] {
    return this.#turns;
  }

  /** `blocks`: the request's blocks as BlockTable numbers them. */
  place(blocks: ArrayLike<number>, input_tokens: number): FoundTurn {
    const full_blocks = Math.min(blocks.length, Math.floor(input_tokens / this.#block_tokens));
    const session = this.#continued(blocks, full_blocks, input_tokens) ?? this.#turns.push(0) - 1;
    const turn_index = this.#turns[session] ?? 0;
    this.#turns[session] = turn_index + 1;
    this.#input_tokens[session] = input_tokens;
    for (let j = 0; j < full_blocks; j++) {
      const block = blocks[j] as number;
      const holder = this.#holder.at(block);
      if (holder === NOBODY) this.#holder.set(block, session);
      else if (holder !== session) this.#holder.set(block, SEVERAL);
    }
    if (full_blocks > 0) this.#tail_of.set(blocks[full_blocks - 1] as number, session);
    return { session, turn_index };
  }

  #continued(blocks: ArrayLike<number>, full_blocks: number, input_tokens: number): number | undefined {
    for (let j = full_blocks - 1; j >= 0; j--) {
      const block = blocks[j] as number;
      const session = this.#tail_of.at(block);
      if (session === NOBODY || this.#holder.at(block) !== session) continue;
      if ((this.#input_tokens[session] ?? 0) >= input_tokens) continue;
      this.#tail_of.set(block, NOBODY);
      return session;
    }
    return undefined;
  }
}
