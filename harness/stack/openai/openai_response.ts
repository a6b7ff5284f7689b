// Answers of the two completion endpoints, whole and in chunks, in OpenAI's shapes. Vendor fields: `token_ids` of a choice
// (vLLM's name, when asked for), `kv_transfer_params` of a prefill half (vLLM's), `tierbench_stages` beside usage.

import type { TokenId } from "../../domain/block_hash.ts";
import type { KvTransferRequest } from "../../domain/kv_transfer.ts";
import type { EngineStages } from "../../domain/request_record.ts";
import type { OpenAiEndpoint } from "./openai_request.ts";
import { tokenText } from "./openai_tokenizer.ts";

export type FinishReason = "length" | "abort";

export interface OpenAiUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

export interface OpenAiIdentity {
  readonly endpoint: OpenAiEndpoint;
  readonly id: string;
  readonly created_s: number;
  readonly model_name: string;
  readonly return_token_ids: boolean;
}

export interface FinalFacts {
  readonly usage: OpenAiUsage;
  readonly stages: EngineStages;
  readonly kv_transfer_params: KvTransferRequest | null;
}

export class OpenAiResponse {
  readonly #identity: OpenAiIdentity;

  constructor(identity: OpenAiIdentity) {
    this.#identity = identity;
  }

  /** The chunk that carries one token. `first` chunks of a chat also name the role. */
  tokenChunk(token_id: TokenId, first: boolean): object {
    const text = tokenText([token_id]);
    const ids = this.#identity.return_token_ids ? { token_ids: [token_id] } : {};
    if (this.#identity.endpoint === "completions")
      return this.#chunk({ text, logprobs: null, finish_reason: null, ...ids });
    const role = first ? { role: "assistant" } : {};
    return this.#chunk({ delta: { ...role, content: text }, logprobs: null, finish_reason: null, ...ids });
  }

  /** The last chunk with a choice; it carries no token. */
  finishChunk(finish_reason: FinishReason): object {
    if (this.#identity.endpoint === "completions")
      return this.#chunk({ text: "", logprobs: null, finish_reason });
    return this.#chunk({ delta: {}, logprobs: null, finish_reason });
  }

  /** Follows the finish chunk; has no choices. */
  usageChunk(facts: FinalFacts): object {
    return { ...this.#head(true), choices: [], usage: facts.usage, tierbench_stages: facts.stages };
  }

  whole(token_ids: readonly TokenId[], finish_reason: FinishReason, facts: FinalFacts): object {
    const text = tokenText(token_ids);
    const ids = this.#identity.return_token_ids ? { token_ids } : {};
    const answer =
      this.#identity.endpoint === "completions"
        ? { text }
        : { message: { role: "assistant", content: text } };
    return {
      ...this.#head(false),
      choices: [{ index: 0, ...answer, logprobs: null, finish_reason, ...ids }],
      usage: facts.usage,
      kv_transfer_params: facts.kv_transfer_params,
      tierbench_stages: facts.stages,
    };
  }

  #chunk(choice: object): object {
    return { ...this.#head(true), choices: [{ index: 0, ...choice }] };
  }

  #head(chunk: boolean): object {
    const { id, created_s, model_name, endpoint } = this.#identity;
    const chat = chunk ? "chat.completion.chunk" : "chat.completion";
    return {
      id,
      object: endpoint === "chat" ? chat : "text_completion",
      created: created_s,
      model: model_name,
    };
  }
}
