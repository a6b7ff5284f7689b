// Whole prompts of sessions whose rows hold only what is new.
//
// The first row's ids name its blocks. A later prompt keeps the full blocks of the prompt before it; the blocks behind them
// (its partial last block, now filled, the answer and the new message) get ids of their own, functions of session and
// position, as nothing outside the session can share them.

import { type BlockHash, chainBlockHash, ROOT_HASH } from "../../harness/domain/block_hash.ts";

export interface NewTurn {
  readonly new_tokens: number;
  readonly output_tokens: number;
  /** Ids of the new tokens' blocks; null where the row has none. Only a first row's are used. */
  readonly given_ids: readonly number[] | null;
}

export interface WholePrompt {
  readonly input_tokens: number;
  readonly hash_ids: readonly number[];
}

interface History extends WholePrompt {
  readonly answer_tokens: number;
  readonly key: BlockHash;
}

export class SessionPrompts {
  readonly #block_tokens: number;
  readonly #histories = new Map<string, History>();

  constructor(block_tokens: number) {
    this.#block_tokens = block_tokens;
  }

  has(session_id: string): boolean {
    return this.#histories.has(session_id);
  }

  extend(session_id: string, turn: NewTurn): WholePrompt {
    const earlier = this.#histories.get(session_id);
    const key = earlier?.key ?? keyOf(session_id);
    const prompt =
      earlier === undefined
        ? {
            input_tokens: turn.new_tokens,
            hash_ids: turn.given_ids ?? this.#continued([], turn.new_tokens, key),
          }
        : this.#next(earlier, turn.new_tokens);
    this.#histories.set(session_id, { ...prompt, answer_tokens: turn.output_tokens, key });
    return prompt;
  }

  #next({ input_tokens, hash_ids, answer_tokens, key }: History, new_tokens: number): WholePrompt {
    const total = input_tokens + answer_tokens + new_tokens;
    const kept = hash_ids.slice(0, Math.floor(input_tokens / this.#block_tokens));
    return { input_tokens: total, hash_ids: this.#continued(kept, total, key) };
  }

  /** A prompt of `tokens` tokens behind the kept blocks. A partial block's id says how far it is filled. */
  #continued(kept: readonly number[], tokens: number, key: BlockHash): number[] {
    const ids = [...kept];
    for (let start = ids.length * this.#block_tokens; start < tokens; start += this.#block_tokens) {
      ids.push(chainBlockHash(key, [start, Math.min(start + this.#block_tokens, tokens)], 0, 2));
    }
    return ids;
  }
}

function keyOf(session_id: string): BlockHash {
  const codes = Array.from(session_id, (character) => character.codePointAt(0) ?? 0);
  return chainBlockHash(ROOT_HASH, [codes.length, ...codes], 0, codes.length + 1);
}
