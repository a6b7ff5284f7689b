// One request as the simulated client, router and engines know it.

import type { EngineStages, RequestError } from "../domain/request_record.ts";
import type { HashedPrompt } from "./hash_prompt.ts";
import type { SpanAnswer } from "./span_answer.ts";

export class Exchange {
  readonly request_id: string;
  readonly session_id: string;
  readonly prompt: HashedPrompt;
  readonly answer: SpanAnswer;
  readonly max_tokens: number;
  prefill_engine: string | null = null;
  decode_engine: string | null = null;
  /** The prefill engine's. */
  stages: EngineStages | null = null;
  /** When it came to the router. */
  arrived_ns = 0;
  /** When the prefill half's answer was at the router; null without one. */
  prefilled_ns: number | null = null;
  error: RequestError | null = null;
  /** Told once, at the end of the step that made it. */
  onFirstToken: (() => void) | null = null;
  /** The client has its answer, or has gone. */
  ended = false;
  readonly #onEnd: () => void;
  /** Ends of the steps that made its tokens: [max_tokens], ascending, of which output_tokens are known. */
  readonly #step_ends_ns: number[];
  #output_tokens = 0;

  constructor(
    request_id: string,
    session_id: string,
    prompt: HashedPrompt,
    answer: SpanAnswer,
    max_tokens: number,
    onEnd: () => void,
  ) {
    this.request_id = request_id;
    this.session_id = session_id;
    this.prompt = prompt;
    this.answer = answer;
    this.max_tokens = max_tokens;
    this.#onEnd = onEnd;
    this.#step_ends_ns = new Array<number>(max_tokens);
  }

  get output_tokens(): number {
    return this.#output_tokens;
  }

  /** Copied now, while every request of the batch hears the same list and it is in the cache. */
  tokens(step_ends_ns: readonly number[]): void {
    if (this.#output_tokens === 0) this.onFirstToken?.();
    for (let i = 0; i < step_ends_ns.length; i++) {
      this.#step_ends_ns[this.#output_tokens++] = step_ends_ns[i] as number;
    }
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
    this.#onEnd();
  }
}
