// Bodies of the two halves of a prefill/decode pair, as vLLM's P/D proxies write them, so that real vLLM servers take them
// too. transfer_id names the hand-over on both sides; vLLM's NIXL connector ignores it, its Mooncake connector needs it.

import { isJsonObject, type JsonObject } from "../openai/openai_fields.ts";

/** One token, not streamed: its prompt's KV is what is wanted. */
export function prefillBody(body: JsonObject, transfer_id: string): string {
  const { stream_options: _, min_tokens: __, ...rest } = body;
  return JSON.stringify({
    ...rest,
    stream: false,
    max_tokens: 1,
    ...("max_completion_tokens" in body ? { max_completion_tokens: 1 } : {}),
    kv_transfer_params: {
      do_remote_decode: true,
      do_remote_prefill: false,
      transfer_id,
      remote_engine_id: null,
      remote_block_ids: null,
      remote_host: null,
      remote_port: null,
    },
  });
}

export interface DecodeHalf {
  readonly body_text: string;
  /** False: the prefill engine kept nothing, and the decode engine prefills on its own. */
  readonly hands_over: boolean;
}

/** The request itself, with what the prefill engine answered. */
export function decodeBody(body: JsonObject, prefill_answer: unknown): DecodeHalf {
  const params = isJsonObject(prefill_answer) ? prefill_answer["kv_transfer_params"] : undefined;
  const hands_over = isJsonObject(params);
  return {
    body_text: JSON.stringify(hands_over ? { ...body, kv_transfer_params: params } : body),
    hands_over,
  };
}
