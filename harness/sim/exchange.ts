// One request as the simulated client, router and engines know it.

import type { EngineStages, RequestError } from "../domain/request_record.ts";
import type { HashedPrompt } from "./prompt_hasher.ts";

export class Exchange {
  readonly request_id: string;
  readonly session_id: string;
  readonly prompt: HashedPrompt;
  readonly max_tokens: number;
  /** When the client has each token: [output tokens]. */
  readonly token_ns: number[] = [];
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

  /** Once; what comes later is not heard. */
  end(error: RequestError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.#onEnd();
  }
}
