// One completion request over HTTP: body → engine request → tokens as they come, or the whole answer.
// The engine's stages travel in the header `x-tierbench-stages` of a whole answer; a stream has sent its headers by then,
// so they stand beside usage in its last chunk (`tierbench_stages`).

import type { Clock } from "../../clock/clock.ts";
import type { EngineCoreConfig, EngineRequest } from "../../core/engine/engine_api.ts";
import { hashFullBlocks, type TokenId } from "../../domain/block_hash.ts";
import type { KvTransferRequest } from "../../domain/kv_transfer.ts";
import type { PerTier } from "../../domain/tier.ts";
import {
  badRequest,
  errorBody,
  errorResponse,
  internalError,
  type OpenAiError,
} from "../openai/openai_error.ts";
import { type OpenAiEndpoint, type OpenAiRequest, parseOpenAiRequest } from "../openai/openai_request.ts";
import { type FinalFacts, OpenAiResponse } from "../openai/openai_response.ts";
import { SseStream } from "../sse_stream.ts";
import type { EngineListener, EngineOutcome } from "./engine_listener.ts";
import type { EngineShell } from "./engine_shell.ts";

export const STAGES_HEADER = "x-tierbench-stages";

export class EngineCompletions {
  readonly #shell: EngineShell;
  readonly #core: EngineCoreConfig;
  readonly #clock: Clock;
  #sequence = 0;

  constructor(shell: EngineShell, core: EngineCoreConfig, clock: Clock) {
    this.#shell = shell;
    this.#core = core;
    this.#clock = clock;
  }

  async answer(endpoint: OpenAiEndpoint, http: Request): Promise<Response> {
    const body = await readJson(http);
    if (body === undefined) return errorResponse(badRequest("body: must be JSON. Send one JSON object."));
    const { model_name, vocab_size } = this.#core.model;
    const limits = { model_name, vocab_size, max_model_len: this.#core.max_model_len };
    const parsed = parseOpenAiRequest(endpoint, body, limits);
    if (!parsed.ok) return errorResponse(parsed.error);
    const prefix = endpoint === "chat" ? "chatcmpl" : "cmpl";
    const id = `${prefix}-${this.#core.engine_name}-${this.#sequence++}`;
    const words = new OpenAiResponse({
      endpoint,
      id,
      model_name,
      created_s: Math.floor(Date.parse(this.#clock.wallTime()) / 1000),
      return_token_ids: parsed.value.return_token_ids,
    });
    const request = this.#engineRequest(id, parsed.value);
    const caller_id = http.headers.get("x-request-id");
    return parsed.value.stream
      ? this.#stream(request, words, parsed.value.include_usage, caller_id)
      : this.#whole(request, words, http.signal, caller_id);
  }

  #engineRequest(request_id: string, request: OpenAiRequest): EngineRequest {
    const tokens = request.prompt_token_ids;
    const block_tokens = this.#core.block_tokens;
    return {
      request_id,
      prompt_tokens: tokens.length,
      prompt_block_hashes: hashFullBlocks(tokens, block_tokens),
      tail_token_ids: tokens.slice(tokens.length - (tokens.length % block_tokens)),
      max_tokens: request.max_tokens,
      do_remote_decode: request.kv_transfer?.do_remote_decode ?? false,
      remote: request.kv_transfer?.remote ?? null,
      transfer_id: request.kv_transfer?.transfer_id ?? null,
    };
  }

  #stream(
    request: EngineRequest,
    words: OpenAiResponse,
    include_usage: boolean,
    caller_id: string | null,
  ): Response {
    const sse = new SseStream(() => this.#shell.abort(request.request_id));
    const listener = new StreamListener(request, words, include_usage, sse);
    this.#shell.submit(request, listener, caller_id);
    if (listener.rejection !== null) return errorResponse(listener.rejection);
    return sse.response({ "x-request-id": request.request_id });
  }

  #whole(
    request: EngineRequest,
    words: OpenAiResponse,
    disconnected: AbortSignal,
    caller_id: string | null,
  ): Promise<Response> {
    return new Promise((resolve) => {
      const token_ids: TokenId[] = [];
      disconnected.addEventListener("abort", () => {
        this.#shell.abort(request.request_id);
        resolve(errorResponse(internalError("The client closed the request.")));
      });
      const listener: EngineListener = {
        tokens: (more) => void token_ids.push(...more),
        finished: (outcome) => resolve(wholeResponse(request, words, token_ids, outcome)),
      };
      this.#shell.submit(request, listener, caller_id);
    });
  }
}

/** Undefined when the body is no JSON. */
async function readJson(http: Request): Promise<unknown> {
  try {
    return await http.json();
  } catch {
    return undefined;
  }
}

class StreamListener implements EngineListener {
  readonly #request: EngineRequest;
  readonly #words: OpenAiResponse;
  readonly #include_usage: boolean;
  readonly #sse: SseStream;
  #sent_tokens = 0;
  /** Set when the request never ran. */
  rejection: OpenAiError | null = null;

  constructor(request: EngineRequest, words: OpenAiResponse, include_usage: boolean, sse: SseStream) {
    this.#request = request;
    this.#words = words;
    this.#include_usage = include_usage;
    this.#sse = sse;
  }

  tokens(token_ids: readonly TokenId[]): void {
    this.#sse.send(token_ids.map((id, i) => this.#words.tokenChunk(id, this.#sent_tokens + i === 0)));
    this.#sent_tokens += token_ids.length;
  }

  finished(outcome: EngineOutcome): void {
    if (outcome.reason === "rejected") {
      this.rejection = rejectionOf(outcome);
      this.#sse.send([errorBody(this.rejection)]);
    } else {
      const usage = this.#words.usageChunk(finalFacts(this.#request, this.#sent_tokens, outcome));
      this.#sse.send([this.#words.finishChunk(outcome.reason), ...(this.#include_usage ? [usage] : [])]);
    }
    this.#sse.done();
  }
}

function wholeResponse(
  request: EngineRequest,
  words: OpenAiResponse,
  token_ids: readonly TokenId[],
  outcome: EngineOutcome,
): Response {
  if (outcome.reason === "rejected") return errorResponse(rejectionOf(outcome));
  const body = words.whole(token_ids, outcome.reason, finalFacts(request, token_ids.length, outcome));
  return Response.json(body, { headers: { [STAGES_HEADER]: JSON.stringify(outcome.stages) } });
}

function rejectionOf(outcome: EngineOutcome): OpenAiError {
  return badRequest(outcome.detail ?? "The engine cannot run this request.");
}

/** A pair's prompt is cached where it was prefilled, so the decode half passes on what the prefill engine reported. */
function finalFacts(request: EngineRequest, completion_tokens: number, outcome: EngineOutcome): FinalFacts {
  const cached = (request.remote?.stages ?? outcome.stages).cached_tokens;
  return {
    usage: {
      prompt_tokens: request.prompt_tokens,
      completion_tokens,
      total_tokens: request.prompt_tokens + completion_tokens,
      prompt_tokens_details: { cached_tokens: allTiers(cached) },
    },
    stages: outcome.stages,
    kv_transfer_params: decodeHalf(outcome),
  };
}

function allTiers(tokens: PerTier<number>): number {
  return tokens.hbm + tokens.cpu + tokens.disk;
}

/** What the decode half of the pair is to send as its own kv_transfer_params. */
function decodeHalf(outcome: EngineOutcome): KvTransferRequest | null {
  if (outcome.remote === null) return null;
  const { transfer_id } = outcome.remote;
  return { do_remote_prefill: true, do_remote_decode: false, transfer_id, remote: outcome.remote };
}
