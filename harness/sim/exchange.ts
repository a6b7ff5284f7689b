// One request as the simulated client, router and engines know it.

import type { EngineStages, RequestError } from "../domain/request_record.ts";
import type { HashedPrompt } from "./hash_prompt.ts";
import type { SpanAnswer } from "./span_answer.ts";

/** Ends of steps, in the pieces they came in, last first; those of a run are one list for all its requests. */
interface Tokens {
  readonly step_ends_ns: readonly number[];
  readonly before: Tokens | null;
}

export class Exchange {
  readonly request_id: string;
  readonly session_id: string;
  readonly prompt: HashedPrompt;
  readonly answer: SpanAnswer;
  readonly max_tokens: number;
  output_tokens = 0;
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
  #last_tokens: Tokens | null = null;

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
  }

  tokens(step_ends_ns: readonly number[]): void {
    if (this.output_tokens === 0) this.onFirstToken?.();
    this.#last_tokens = { step_ends_ns, before: this.#last_tokens };
    this.output_tokens += step_ends_ns.length;
  }

  /** When the client has each token, `delay_ns` after its step: [output_tokens]. */
  tokenTimes(delay_ns: number): number[] {
    const token_ns = new Array<number>(this.output_tokens);
    let left = this.output_tokens;
    for (let tokens = this.#last_tokens; tokens !== null; tokens = tokens.before) {
      const { step_ends_ns } = tokens;
      left -= step_ends_ns.length;
      for (let i = 0; i < step_ends_ns.length; i++)
        token_ns[left + i] = (step_ends_ns[i] as number) + delay_ns;
    }
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
