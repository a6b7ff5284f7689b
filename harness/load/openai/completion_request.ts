// Bodies of streamed completion requests. The output length is forced (max_tokens with ignore_eos, a vLLM field), so a
// request's work is what the workload says; usage and token ids are asked for, so that lengths can be checked. Servers that
// refuse fields they do not know get OpenAI's only: their answers end where they end.

import type { LoadConfig } from "../../config/arm_config.ts";
import { expandPrompt } from "../../domain/prompt_tokens.ts";
import type { RequestError } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Turn } from "../../domain/session.ts";
import { chatMessages } from "./chat_messages.ts";
import type { Conversation } from "./conversation.ts";

export interface CompletionRequest {
  readonly path: string;
  /** JSON text. */
  readonly body: string;
  /** Token ids in the body; null when the prompt travels as text and only the server can count. */
  readonly prompt_tokens: number | null;
  /** The answer has as many tokens as asked for, not as many at most. */
  readonly is_length_forced: boolean;
}

export function buildCompletionRequest(
  model: string,
  { prompt_as, dialect }: Pick<LoadConfig, "prompt_as" | "dialect">,
  turn: Turn,
  conversation: Conversation,
): Result<CompletionRequest, RequestError> {
  const is_length_forced = dialect === "vllm";
  const options = {
    model,
    max_tokens: turn.output_tokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
    ...(dialect === "vllm" ? { ignore_eos: true, return_token_ids: true } : {}),
  };
  if (prompt_as === "chat") {
    const messages = chatMessages(turn.prompt, conversation.texts);
    const body = JSON.stringify({ ...options, messages });
    return ok({ path: "/v1/chat/completions", body, prompt_tokens: null, is_length_forced });
  }
  const answers = conversation.tokenAnswers(turn.prompt);
  if (answers === null) return err(NO_TOKEN_IDS);
  const prompt = expandPrompt(turn.prompt, answers);
  const body = JSON.stringify({ ...options, prompt });
  return ok({ path: "/v1/completions", body, prompt_tokens: prompt.length, is_length_forced });
}

const NO_TOKEN_IDS: RequestError = {
  code: "malformed_stream",
  detail:
    "the answer that this turn quotes came without token_ids. Use a server that knows return_token_ids, or load.prompt_as=chat.",
};
