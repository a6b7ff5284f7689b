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

  answered(turn_index: number, answer: Answer): void {
    this.#answers[turn_index] = answer;
  }

  /** [turn] */
  get texts(): readonly string[] {
    return this.#answers.map((answer) => answer.text);
  }

  /** Length of a prompt as the workload counts it. */
  promptTokens(spans: readonly PromptSpan[]): number {
    const lengths = spans.map((span) =>
      span.kind === "seeded" ? span.tokens : (this.#answers[span.turn_index]?.output_tokens ?? 0),
    );
    return lengths.reduce((sum, tokens) => sum + tokens, 0);
  }

  /** Token ids of the answers that `spans` quote, by turn; null when one of them is not known by its tokens. */
  tokenAnswers(spans: readonly PromptSpan[]): readonly (readonly TokenId[])[] | null {
    const answers: (readonly TokenId[])[] = [];
    for (const span of spans) {
      if (span.kind === "seeded") continue;
      const token_ids = this.#answers[span.turn_index]?.token_ids ?? null;
      if (token_ids === null) return null;
      answers[span.turn_index] = token_ids;
    }
    return answers;
  }
}
