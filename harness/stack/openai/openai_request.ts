// Bodies of POST /v1/completions and /v1/chat/completions, checked. Sampling fields (temperature, top_p, seed, stop, …)
// are accepted and have no effect: an embedded engine's answer is a function of its prompt, and it never ends early, so
// ignore_eos is always in force.

import type { TokenId } from "../../domain/block_hash.ts";
import type { KvTransferRequest } from "../../domain/kv_transfer.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { badRequest, notFound, type OpenAiError } from "./openai_error.ts";
import { isJsonObject, OpenAiFields } from "./openai_fields.ts";
import { parseKvTransfer } from "./openai_kv_transfer.ts";
import { type ChatMessage, encodeChat, encodeText } from "./openai_tokenizer.ts";

export type OpenAiEndpoint = "completions" | "chat";

export interface OpenAiRequest {
  readonly endpoint: OpenAiEndpoint;
  readonly prompt_token_ids: readonly TokenId[];
  readonly max_tokens: number;
  readonly stream: boolean;
  readonly include_usage: boolean;
  /** vLLM's switch: the answer carries its token ids beside its text. */
  readonly return_token_ids: boolean;
  readonly kv_transfer: KvTransferRequest | null;
}

export interface OpenAiLimits {
  readonly model_name: string;
  readonly vocab_size: number;
  readonly max_model_len: number;
}

/** OpenAI's default of /v1/completions; a chat may fill the context. */
const COMPLETION_MAX_TOKENS = 16;

export function parseOpenAiRequest(
  endpoint: OpenAiEndpoint,
  body: unknown,
  limits: OpenAiLimits,
): Result<OpenAiRequest, OpenAiError> {
  if (!isJsonObject(body))
    return err(badRequest("body: must be a JSON object. Send content-type application/json."));
  const problems: string[] = [];
  const fields = new OpenAiFields(body, "", problems);
  const model = fields.string("model", `Use "${limits.model_name}" or leave it out.`);
  const prompt_token_ids = endpoint === "chat" ? readMessages(fields) : readPrompt(fields, limits.vocab_size);
  const left_tokens = limits.max_model_len - prompt_token_ids.length;
  const asked_tokens = readMaxTokens(fields, endpoint, limits);
  const max_tokens = asked_tokens ?? (endpoint === "chat" ? left_tokens : COMPLETION_MAX_TOKENS);
  const stream_options = fields.object("stream_options", "Use {include_usage: true}.");
  fields.integer("n", 1, 1, "Send one request for each answer.");
  const request: OpenAiRequest = {
    endpoint,
    prompt_token_ids,
    max_tokens,
    stream: fields.boolean("stream") ?? false,
    include_usage: stream_options?.boolean("include_usage") ?? false,
    return_token_ids: fields.boolean("return_token_ids") ?? false,
    kv_transfer: parseKvTransfer(fields) ?? null,
  };
  if (prompt_token_ids.length + Math.max(1, max_tokens) > limits.max_model_len) {
    problems.push(tooLong(prompt_token_ids.length, asked_tokens ?? max_tokens, limits.max_model_len));
  }
  if (problems.length > 0) return err(badRequest(problems.join("\n")));
  if (model !== undefined && model !== limits.model_name) {
    return err(notFound(`model: must be "${limits.model_name}", got "${model}". GET /v1/models lists it.`));
  }
  return ok(request);
}

function tooLong(prompt_tokens: number, max_tokens: number, max_model_len: number): string {
  const room = `This model's maximum context length is ${max_model_len} tokens`;
  return `prompt: ${room}, got ${prompt_tokens} of the prompt and max_tokens ${max_tokens}. Shorten either.`;
}

function readMaxTokens(
  fields: OpenAiFields,
  endpoint: OpenAiEndpoint,
  limits: OpenAiLimits,
): number | undefined {
  const read = (name: string): number | undefined =>
    fields.integer(name, 1, Math.max(1, limits.max_model_len), "Ask for at least one token.");
  const max_tokens = read("max_tokens");
  return endpoint === "chat" ? (read("max_completion_tokens") ?? max_tokens) : max_tokens;
}

function readPrompt(fields: OpenAiFields, vocab_size: number): readonly TokenId[] {
  const prompt = fields.value("prompt");
  if (typeof prompt === "string" && prompt !== "") return encodeText(prompt);
  if (Array.isArray(prompt) && prompt.length > 0) {
    const bad_index = prompt.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocab_size);
    if (bad_index < 0) return prompt;
    const rule = `must be a token id from 0 to ${vocab_size - 1}`;
    fields.problem(`prompt[${bad_index}]`, rule, prompt[bad_index], "Send one prompt per request.");
    return [];
  }
  fields.problem(
    "prompt",
    "must be a non-empty string or list of token ids",
    prompt,
    "Send one prompt per request.",
  );
  return [];
}

function readMessages(fields: OpenAiFields): readonly TokenId[] {
  const messages = fields.value("messages");
  if (!Array.isArray(messages) || messages.length === 0) {
    fields.problem("messages", "must be a non-empty list", messages, "Send {role, content} objects.");
    return [];
  }
  const read = messages.flatMap((message, i) => readMessage(fields, message, i));
  return read.length === messages.length ? encodeChat(read) : [];
}

function readMessage(fields: OpenAiFields, message: unknown, index: number): ChatMessage[] {
  const role = isJsonObject(message) ? message["role"] : undefined;
  const content = isJsonObject(message) ? contentText(message["content"]) : undefined;
  if (typeof role === "string" && content !== undefined) return [{ role, content }];
  fields.problem(`messages[${index}]`, "must have a role and text content", message, "Send {role, content}.");
  return [];
}

/** Text, or a list of `{type: "text", text}` parts. */
function contentText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part) => (isJsonObject(part) ? part["text"] : undefined));
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}
