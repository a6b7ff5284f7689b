// Makes requests ready: puts a prompt together, with the answers of earlier turns that it quotes, down to the bytes to write.

import { ok } from "../domain/result.ts";
import type { RequestEncoder } from "./http/request_encoder.ts";
import type { LoadOptions } from "./load_options.ts";
import { CompletionRequestBuilder } from "./openai/completion_request.ts";
import type { CompletionStream } from "./openai/completion_stream.ts";
import { Conversation } from "./openai/conversation.ts";
import type { ReadyRequest } from "./ready_request.ts";
import type { ScheduledRequest } from "./sources/load_source.ts";

/** Shared by all sessions of one turn: nobody quotes their answers. */
const ONE_TURN = new Conversation(1);

export class RequestPreparer {
  readonly #builder: CompletionRequestBuilder;
  readonly #encoder: RequestEncoder;
  /** By session: those that have turns to come. */
  readonly #conversations = new Map<string, Conversation>();

  constructor({ model, wording }: Pick<LoadOptions, "model" | "wording">, encoder: RequestEncoder) {
    this.#builder = new CompletionRequestBuilder(model, wording);
    this.#encoder = encoder;
  }

  /** intended_ns: on the run's clock. */
  prepare(scheduled: ScheduledRequest, intended_ns: number): ReadyRequest {
    const { turn, session_id, request_id } = scheduled;
    const conversation = this.#conversation(scheduled);
    const built = this.#builder.build(turn, conversation);
    const headers = { "x-session-id": session_id, "x-request-id": request_id };
    return {
      scheduled,
      conversation,
      intended_ns,
      planned_tokens: conversation.promptTokens(turn.prompt),
      sent_tokens: built.ok ? built.value.prompt_tokens : null,
      is_length_forced: built.ok && this.#builder.is_length_forced,
      bytes: built.ok ? ok(this.#encoder.encode(built.value, headers)) : built,
    };
  }

  /** Keeps the answer for the turns that quote it. */
  answered({ scheduled, conversation }: ReadyRequest, stream: CompletionStream, output_tokens: number): void {
    if (conversation === ONE_TURN) return;
    const { text, token_ids } = stream;
    conversation.answered(scheduled.turn_index, { text, output_tokens, token_ids });
    if (conversation.is_over) this.#conversations.delete(scheduled.session_id);
  }

  /** No turn of its session comes any more. */
  failed({ scheduled }: ReadyRequest): void {
    this.#conversations.delete(scheduled.session_id);
  }

  #conversation({ session_id, turn_count }: ScheduledRequest): Conversation {
    if (turn_count === 1) return ONE_TURN;
    const known = this.#conversations.get(session_id) ?? new Conversation(turn_count);
    this.#conversations.set(session_id, known);
    return known;
  }
}
