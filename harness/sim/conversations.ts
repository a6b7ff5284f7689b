// What the simulated client knows of sessions that go on: the last prompt, which the next one begins with, and the answers,
// which later prompts quote. An answer's tokens are a stream whose seed its prompt decides, so it is two numbers.

import { assert, present } from "../domain/assert.ts";
import type { PromptSpan } from "../domain/session.ts";
import type { ScheduledRequest } from "../load/sources/load_source.ts";
import { type HashedPrompt, hashPrompt, type StreamSpan } from "./hash_prompt.ts";
import { SpanAnswer } from "./span_answer.ts";

export interface Conversation {
  /** [turn], sparse where a turn is not finished. */
  readonly answers: StreamSpan[];
  last_prompt: readonly PromptSpan[];
  last_hashed: HashedPrompt | null;
}

export class Conversations {
  readonly #block_tokens: number;
  /** By session. */
  readonly #open = new Map<string, Conversation>();

  constructor(block_tokens: number) {
    this.#block_tokens = block_tokens;
  }

  /** The one that a request continues; null: its session has no other turn. */
  of({ session_id, turn_count }: ScheduledRequest): Conversation | null {
    if (turn_count === 1) return null;
    const known = this.#open.get(session_id);
    if (known !== undefined) return known;
    const conversation: Conversation = { answers: [], last_prompt: [], last_hashed: null };
    this.#open.set(session_id, conversation);
    return conversation;
  }

  prompt({ turn }: ScheduledRequest, conversation: Conversation | null): HashedPrompt {
    if (conversation === null) return this.#hash(turn.prompt, []);
    const { answers, last_prompt, last_hashed } = conversation;
    const continues = last_hashed !== null && beginsWith(turn.prompt, last_prompt);
    const hashed = this.#hash(turn.prompt, answers, continues ? last_hashed : null);
    conversation.last_prompt = turn.prompt;
    conversation.last_hashed = hashed;
    return hashed;
  }

  answerTo(prompt: HashedPrompt): SpanAnswer {
    return new SpanAnswer(prompt, this.#block_tokens);
  }

  /** Its first `output_tokens` were said. */
  answered(
    { session_id, turn_index, turn_count }: ScheduledRequest,
    conversation: Conversation | null,
    { seed }: SpanAnswer,
    output_tokens: number,
  ): void {
    if (conversation === null) return;
    if (turn_index === turn_count - 1) this.#open.delete(session_id);
    else conversation.answers[turn_index] = { seed, tokens: output_tokens };
  }

  /** Its later turns are not sent. */
  failed({ session_id }: ScheduledRequest): void {
    this.#open.delete(session_id);
  }

  #hash(
    prompt: readonly PromptSpan[],
    answers: readonly StreamSpan[],
    known: HashedPrompt | null = null,
  ): HashedPrompt {
    return hashPrompt(streamSpans(prompt, answers), this.#block_tokens, known);
  }
}

function streamSpans(prompt: readonly PromptSpan[], answers: readonly StreamSpan[]): StreamSpan[] {
  return prompt.map((span) => {
    if (span.kind === "seeded") return span;
    return present(
      answers[span.turn_index],
      `turn ${span.turn_index} is answered before a later turn quotes it`,
    );
  });
}

/** Compared by what spans say; a turn's own spans are mostly the same objects as its predecessor's. */
function beginsWith(prompt: readonly PromptSpan[], start: readonly PromptSpan[]): boolean {
  assert(start.length > 0, "a hashed prompt has spans");
  if (prompt.length < start.length) return false;
  return start.every((span, i) => {
    const other = prompt[i];
    if (other === span) return true;
    if (span.kind === "seeded") {
      return other?.kind === "seeded" && other.seed === span.seed && other.tokens === span.tokens;
    }
    return other?.kind === "answer" && other.turn_index === span.turn_index;
  });
}
