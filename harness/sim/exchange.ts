// One request as the simulated client, router and engines know it.

import type { EngineStages, RequestError } from "../domain/request_record.ts";
import type { HashedPrompt } from "./prompt_hasher.ts";

export class Exchange {
  readonly request_id: string;
  readonly session_id: string;
  readonly prompt: HashedPrompt;
  readonly max_tokens: number;
  output_tokens = 0;
  prefill_engine: string | null = null;
  decode_engine: string | null = null;
  /** The prefill engine's. */
  stages: EngineStages | null = null;
  /** When the prefill half's answer was at the router; null without one. */
  prefilled_ns: number | null = null;
  handover_ns: number | null = null;
  error: RequestError | null = null;
  /** The client has its answer, or has gone. */
  ended = false;
  readonly #onEnd: () => void;
  /** Ends of steps, in the pieces they came in; those of a run are one list for all its requests. */
  readonly #step_ends_ns: (readonly number[])[] = [];

  constructor(
    request_id: string,
    session_id: string,
    prompt: HashedPrompt,
    max_tokens: number,
    onEnd: () => void,
  ) {
    this.request_id = request_id;
    this.session_id = session_id;
    this.prompt = prompt;
    this.max_tokens = max_tokens;
    this.#onEnd = onEnd;
  }

  tokens(step_ends_ns: readonly number[]): void {
    this.#step_ends_ns.push(step_ends_ns);
    this.output_tokens += step_ends_ns.length;
  }

  /** When the client has each token, `delay_ns` after its step: [output_tokens]. */
  tokenTimes(delay_ns: number): number[] {
    const token_ns = new Array<number>(this.output_tokens);
    let filled = 0;
    for (const ends_ns of this.#step_ends_ns) {
      for (let i = 0; i < ends_ns.length; i++) token_ns[filled++] = (ends_ns[i] as number) + delay_ns;
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
