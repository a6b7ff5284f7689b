// What one session has been answered so far: quoted by its later turns.

import type { TokenId } from "../../domain/block_hash.ts";
import type { PromptSpan } from "../../domain/session.ts";

export interface Answer {
  readonly text: string;
  readonly output_tokens: number;
  /** Null: the server sent no token ids. */
  readonly token_ids: readonly TokenId[] | null;
}

export class Conversation {
  /** [turn], sparse where a turn is not finished. */
  readonly #answers: Answer[] = [];
  #unanswered_turns: number;

  constructor(turn_count: number) {
    this.#unanswered_turns = turn_count;
  }

  /** Once a turn; turns that do not quote each other may be answered in any order. */
  answered(turn_index: number, answer: Answer): void {
    this.#answers[turn_index] = answer;
    this.#unanswered_turns--;
  }

  /** Every turn is answered. */
  get is_over(): boolean {
    return this.#unanswered_turns === 0;
  }

  /** [turn] */
  get texts(): readonly string[] {
    return this.#answers.map((answer) => answer.text);
  }

  /** Length of a prompt as the workload counts it. */
  promptTokens(spans: readonly PromptSpan[]): number {
    let tokens = 0;
    for (const span of spans)
      tokens += span.kind === "seeded" ? span.tokens : (this.#answers[span.turn_index]?.output_tokens ?? 0);
    return tokens;
  }

  /** Of the answer to a turn; null when it is not known by its tokens. */
  tokenIds(turn_index: number): readonly TokenId[] | null {
    return this.#answers[turn_index]?.token_ids ?? null;
  }
}
