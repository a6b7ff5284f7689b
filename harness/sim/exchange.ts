// One request as the simulated client, router and engines know it.

import type { EngineStages, RequestError } from "../domain/request_record.ts";
import type { ScheduledRequest } from "../load/sources/load_source.ts";
import type { HashedPrompt } from "./hash_prompt.ts";
import type { SpanAnswer } from "./span_answer.ts";

/** Is told once, at the end of the step that made the first token or of the run of steps that it began. */
export interface FirstTokenListener {
  firstToken(): void;
}

export class Exchange {
  readonly scheduled: ScheduledRequest;
  readonly request_id: string;
  readonly prompt: HashedPrompt;
  readonly answer: SpanAnswer;
  readonly sent_ns: number;
  prefill_engine: string | null = null;
  decode_engine: string | null = null;
  /** The prefill engine's. */
  stages: EngineStages | null = null;
  /** When it came to the router. */
  arrived_ns = 0;
  /** When the prefill half's answer was at the router; null without one. */
  prefilled_ns: number | null = null;
  error: RequestError | null = null;
  first_token_listener: FirstTokenListener | null = null;
  /** The client has its answer, or has gone. */
  ended = false;
  readonly #onEnd: (ended: Exchange) => void;
  #has_begun = false;
  /** Ends of the steps that made its tokens: [output_tokens], ascending. */
  #step_ends_ns: number[] = [];

  constructor(
    scheduled: ScheduledRequest,
    prompt: HashedPrompt,
    answer: SpanAnswer,
    sent_ns: number,
    onEnd: (ended: Exchange) => void,
  ) {
    this.scheduled = scheduled;
    this.request_id = scheduled.request_id;
    this.prompt = prompt;
    this.answer = answer;
    this.sent_ns = sent_ns;
    this.#onEnd = onEnd;
  }

  /** Of those it has been told of. */
  get output_tokens(): number {
    return this.#step_ends_ns.length;
  }

  /** Its first token is made, or its next after a pause. */
  began(): void {
    if (this.#has_begun) return;
    this.#has_begun = true;
    this.first_token_listener?.firstToken();
  }

  /** Takes over the list. */
  tokens(step_ends_ns: number[]): void {
    if (this.#step_ends_ns.length === 0) this.#step_ends_ns = step_ends_ns;
    else for (const end_ns of step_ends_ns) this.#step_ends_ns.push(end_ns);
  }

  /** When the client has each token, `delay_ns` after its step: [output_tokens]. */
  tokenTimes(delay_ns: number): number[] {
    const token_ns = new Array<number>(this.output_tokens);
    for (let i = 0; i < token_ns.length; i++) token_ns[i] = (this.#step_ends_ns[i] as number) + delay_ns;
    return token_ns;
  }

  /** Once; what comes later is not heard. */
  end(error: RequestError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.#onEnd(this);
  }
}
