// Requests that can never be served are turned away when they arrive, with the rule and the numbers.

import { assert } from "../../domain/assert.ts";
import type { EngineCoreConfig, EngineRequest } from "./engine_api.ts";

/** Why the request cannot be served, for the user; null when it can. */
export function rejectionOf(request: EngineRequest, config: EngineCoreConfig): string | null {
  const { prompt_tokens, max_tokens, remote } = request;
  const { block_tokens, max_model_len, num_hbm_blocks } = config;
  if (prompt_tokens < 1) return `prompt: must have at least 1 token, got ${prompt_tokens}.`;
  if (max_tokens < 1) return `max_tokens: must be at least 1, got ${max_tokens}.`;
  assertShape(request, block_tokens);
  const total_tokens = prompt_tokens + max_tokens;
  if (total_tokens > max_model_len) {
    return (
      `max_tokens: prompt and answer must fit into max_model_len (${max_model_len} tokens), ` +
      `got ${prompt_tokens} + ${max_tokens} = ${total_tokens}. Shorten the prompt or ask for fewer tokens.`
    );
  }
  // The last token of the answer is never computed with, so it needs no KV.
  const blocks = Math.ceil((total_tokens - 1) / block_tokens);
  if (blocks > num_hbm_blocks) {
    return (
      `max_tokens: prompt and answer must fit into the engine's ${num_hbm_blocks} KV blocks of ${block_tokens} tokens, ` +
      `got ${total_tokens} tokens = ${blocks} blocks. Raise num_hbm_blocks or shorten the request.`
    );
  }
  if (request.do_remote_decode && request.transfer_id === null) {
    return "kv_transfer_params.transfer_id: do_remote_decode needs one, got none.";
  }
  const prompt_blocks = Math.ceil(prompt_tokens / block_tokens);
  if (remote === null) return null;
  const remote_blocks = remote.remote_block_ids.length;
  if (remote.prompt_tokens !== prompt_tokens || remote_blocks !== prompt_blocks) {
    return (
      `kv_transfer_params.remote: must hold the ${prompt_tokens} prompt tokens in ${prompt_blocks} blocks, ` +
      `got ${remote.prompt_tokens} tokens in ${remote_blocks}. Send both halves of the pair the same prompt.`
    );
  }
  return null;
}

function assertShape(request: EngineRequest, block_tokens: number): void {
  const full_blocks = Math.floor(request.prompt_tokens / block_tokens);
  assert(request.prompt_block_hashes.length === full_blocks, "every full block of the prompt has a hash");
  const tail_tokens = request.answer === undefined ? request.prompt_tokens % block_tokens : 0;
  assert(request.tail_token_ids.length === tail_tokens, "the tail is what is behind the last full block");
}
