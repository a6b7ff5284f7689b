// What the simulated client knows of sessions that go on: the last prompt, which the next one begins with, and the answers,
// which later prompts quote. An answer's tokens are a stream whose seed its prompt decides, so it is two numbers.

import { assert, present } from "../domain/assert.ts";
import { ROOT_HASH } from "../domain/block_hash.ts";
import { answerSeed } from "../domain/prompt_tokens.ts";
import type { PromptSpan, Session, Turn } from "../domain/session.ts";
import { type HashedPrompt, PromptHasher, type StreamSpan } from "./prompt_hasher.ts";

interface Conversation {
  /** [turn], sparse where a turn is not finished. */
  readonly answers: StreamSpan[];
  last_prompt: readonly PromptSpan[];
  last_hashed: HashedPrompt | null;
}

export class Conversations {
  readonly #hasher: PromptHasher;
  /** Of sessions of several turns. */
  readonly #turns_of = new Map<string, number>();
  readonly #open = new Map<string, Conversation>();

  constructor(sessions: readonly Session[], block_tokens: number) {
    this.#hasher = new PromptHasher(block_tokens);
    for (const { session_id, turns } of sessions) {
      if (turns.length > 1) this.#turns_of.set(session_id, turns.length);
    }
  }

  prompt(session_id: string, turn: Turn): HashedPrompt {
    if (!this.#turns_of.has(session_id)) return this.#hasher.hash(streamSpans(turn.prompt, []));
    const conversation = this.#conversation(session_id);
    const { answers, last_prompt, last_hashed } = conversation;
    const continues = last_hashed !== null && beginsWith(turn.prompt, last_prompt);
    const hashed = this.#hasher.hash(streamSpans(turn.prompt, answers), continues ? last_hashed : null);
    conversation.last_prompt = turn.prompt;
    conversation.last_hashed = hashed;
    return hashed;
  }

  answered(session_id: string, turn_index: number, prompt: HashedPrompt, output_tokens: number): void {
    const turns = this.#turns_of.get(session_id);
    if (turns === undefined) return;
    if (turn_index === turns - 1) {
      this.#open.delete(session_id);
      return;
    }
    const seed = answerSeed(prompt.block_hashes.at(-1) ?? ROOT_HASH, prompt.tail_token_ids);
    this.#conversation(session_id).answers[turn_index] = { seed, tokens: output_tokens };
  }

  /** Its later turns are not sent. */
  failed(session_id: string): void {
    this.#open.delete(session_id);
  }

  #conversation(session_id: string): Conversation {
    const known = this.#open.get(session_id);
    if (known !== undefined) return known;
    const conversation: Conversation = { answers: [], last_prompt: [], last_hashed: null };
    this.#open.set(session_id, conversation);
    return conversation;
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
