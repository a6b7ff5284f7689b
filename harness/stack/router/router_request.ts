// What the router reads of a completion request: enough to choose engines. Everything else is the engine's to check, so a
// request that an engine would refuse is passed on and refused there.

import { type RouteRequest, type RoutingPolicy, readsPromptBlocks } from "../../core/router/router_api.ts";
import { hashFullBlocks } from "../../domain/block_hash.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { badRequest, type OpenAiError } from "../openai/openai_error.ts";
import { isJsonObject, type JsonObject } from "../openai/openai_fields.ts";

export interface RouterRequest {
  readonly route: RouteRequest;
  /** As sent, for engines that take it whole. */
  readonly body_text: string;
  readonly body: JsonObject;
}

export interface RouterRequestOptions {
  readonly request_id: string;
  readonly session_header: string | null;
  readonly policy: RoutingPolicy;
  readonly block_tokens: number;
}

export function parseRouterRequest(
  body_text: string,
  options: RouterRequestOptions,
): Result<RouterRequest, OpenAiError> {
  const body = parseJson(body_text);
  if (!isJsonObject(body)) return err(badRequest("body: must be a JSON object. Send application/json."));
  const tokens = tokenPrompt(body);
  const user = body["user"];
  const route: RouteRequest = {
    request_id: options.request_id,
    session_id: options.session_header ?? (typeof user === "string" ? user : null),
    prompt_tokens: tokens?.length ?? Math.ceil(body_text.length / CHARS_PER_TOKEN),
    prompt_block_hashes:
      tokens !== null && readsPromptBlocks(options.policy)
        ? hashFullBlocks(tokens, options.block_tokens)
        : [],
  };
  return ok({ route, body_text, body });
}

/** Load of a text prompt is estimated: the router has no tokenizer. */
const CHARS_PER_TOKEN = 4;

function tokenPrompt(body: JsonObject): readonly number[] | null {
  const prompt = body["prompt"];
  if (!Array.isArray(prompt)) return null;
  return prompt.every((id) => typeof id === "number") ? prompt : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
