// One request as the simulated client, router and engines know it.

import type { EngineStages, RequestError } from "../domain/request_record.ts";
import type { ScheduledRequest } from "../load/sources/load_source.ts";
import type { Conversation } from "./conversations.ts";
import type { HashedPrompt } from "./hash_prompt.ts";
import type { SpanAnswer } from "./span_answer.ts";

/** Brings a request to its engines, and the answer back. */
export interface Carrier {
  /** Once, at the end of the step that made the first token or of the run of steps that it began. */
  firstToken(): void;
  /** The client goes: whoever works for it stops. */
  cancel(): void;
}

export class Exchange {
  readonly scheduled: ScheduledRequest;
  readonly request_id: string;
  /** The one it continues; null: its session has no other turn. */
  readonly conversation: Conversation | null;
  readonly prompt: HashedPrompt;
  readonly answer: SpanAnswer;
  readonly sent_ns: number;
  /** When the client has each token: [output_tokens], ascending. */
  token_ns: number[] = [];
  prefill_engine: string | null = null;
  decode_engine: string | null = null;
  /** The prefill engine's. */
  stages: EngineStages | null = null;
  /** When it came to the router. */
  arrived_ns = 0;
  /** When the prefill half's answer was at the router; null without one. */
  prefilled_ns: number | null = null;
  error: RequestError | null = null;
  /** Null until it is sent. */
  carrier: Carrier | null = null;
  /** The client has its answer, or has gone. */
  ended = false;
  /** Links of the requests that are running; see core/engine/request_queue.ts. */
  previous: Exchange | null = null;
  following: Exchange | null = null;
  readonly #onEnd: (ended: Exchange) => void;
  #has_begun = false;
  /** From a token's step to the client. */
  readonly #sse_ns: number;

  constructor(
    scheduled: ScheduledRequest,
    conversation: Conversation | null,
    prompt: HashedPrompt,
    answer: SpanAnswer,
    sent_ns: number,
    sse_ns: number,
    onEnd: (ended: Exchange) => void,
  ) {
    this.scheduled = scheduled;
    this.request_id = scheduled.request_id;
    this.conversation = conversation;
    this.prompt = prompt;
    this.answer = answer;
    this.sent_ns = sent_ns;
    this.#sse_ns = sse_ns;
    this.#onEnd = onEnd;
  }

  /** Its first token is made, or its next after a pause. */
  began(): void {
    if (this.#has_begun) return;
    this.#has_begun = true;
    this.carrier?.firstToken();
  }

  /** Its next tokens, made at the ends of steps `first` and those behind it. Its record has those up to the end. */
  tokens(ends_ns: readonly number[], first: number): void {
    if (this.ended) return;
    const token_ns = ends_ns.slice(first);
    for (let i = 0; i < token_ns.length; i++) token_ns[i] = (token_ns[i] as number) + this.#sse_ns;
    if (this.token_ns.length === 0) this.token_ns = token_ns;
    else for (const time_ns of token_ns) this.token_ns.push(time_ns);
  }

  /** Once; what comes later is not heard. */
  end(error: RequestError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.#onEnd(this);
  }
}
