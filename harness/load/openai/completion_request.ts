// Bodies of streamed completion requests. The output length is forced (max_tokens with ignore_eos, a vLLM field), so a
// request's work is what the workload says; usage and token ids are asked for, so that lengths can be checked. Servers that
// refuse fields they do not know get OpenAI's only: their answers end where they end.

import type { LoadConfig } from "../../config/arm_config.ts";
import { fillStream } from "../../domain/prompt_tokens.ts";
import type { RequestError } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { PromptSpan, Turn } from "../../domain/session.ts";
import { TextWriter } from "../http/text_writer.ts";
import { chatMessages } from "./chat_messages.ts";
import type { Conversation } from "./conversation.ts";

export interface CompletionRequest {
  readonly path: string;
  /** JSON text; it stands until the next request is built. */
  readonly body: TextWriter;
  /** Token ids in the body; null when the prompt travels as text and only the server can count. */
  readonly prompt_tokens: number | null;
}

/** Tokens of a seeded span are made so many at a time. */
const PIECE_TOKENS = 1024;

export class CompletionRequestBuilder {
  /** The answer has as many tokens as asked for, not as many at most. */
  readonly is_length_forced: boolean;
  readonly #prompt_as: LoadConfig["prompt_as"];
  readonly #before_max_tokens: string;
  readonly #behind_max_tokens: string;
  readonly #body = new TextWriter();
  readonly #piece = new Int32Array(PIECE_TOKENS);

  constructor(model: string, { prompt_as, dialect }: Pick<LoadConfig, "prompt_as" | "dialect">) {
    const forced = dialect === "vllm" ? ',"ignore_eos":true,"return_token_ids":true' : "";
    this.is_length_forced = dialect === "vllm";
    this.#prompt_as = prompt_as;
    this.#before_max_tokens = `{"model":${JSON.stringify(model)},"max_tokens":`;
    this.#behind_max_tokens = `,"temperature":0,"stream":true,"stream_options":{"include_usage":true}${forced}`;
  }

  build(
    { prompt, output_tokens }: Turn,
    conversation: Conversation,
  ): Result<CompletionRequest, RequestError> {
    const body = this.#body;
    body.clear();
    body.text(this.#before_max_tokens);
    body.number(output_tokens);
    body.text(this.#behind_max_tokens);
    if (this.#prompt_as === "chat") {
      body.text(`,"messages":${JSON.stringify(chatMessages(prompt, conversation.texts))}}`);
      return ok({ path: "/v1/chat/completions", body, prompt_tokens: null });
    }
    body.text(',"prompt":[');
    const prompt_tokens = this.#writeTokens(prompt, conversation);
    if (prompt_tokens === null) return err(NO_TOKEN_IDS);
    body.endArray();
    body.text("}");
    return ok({ path: "/v1/completions", body, prompt_tokens });
  }

  /** How many; null when an answer that the prompt quotes is not known by its tokens. */
  #writeTokens(spans: readonly PromptSpan[], conversation: Conversation): number | null {
    let prompt_tokens = 0;
    for (const span of spans) {
      if (span.kind === "seeded") {
        this.#writeStream(span.seed, span.tokens);
        prompt_tokens += span.tokens;
        continue;
      }
      const token_ids = conversation.tokenIds(span.turn_index);
      if (token_ids === null) return null;
      this.#body.numbers(token_ids, token_ids.length);
      prompt_tokens += token_ids.length;
    }
    return prompt_tokens;
  }

  #writeStream(seed: number, tokens: number): void {
    for (let start = 0; start < tokens; start += PIECE_TOKENS) {
      const end = Math.min(tokens, start + PIECE_TOKENS);
      fillStream(seed, start, end, this.#piece, 0);
      this.#body.numbers(this.#piece, end - start);
    }
  }
}

const NO_TOKEN_IDS: RequestError = {
  code: "malformed_stream",
  detail:
    "the answer that this turn quotes came without token_ids. Use a server that knows return_token_ids, or load.prompt_as=chat.",
};
