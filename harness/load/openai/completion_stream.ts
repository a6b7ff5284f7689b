// What one streamed completion said and when: the events of `/v1/completions` or `/v1/chat/completions`, in order.
//
// Tokens of an event: its `token_ids` where the server sends them (vLLM's return_token_ids), else the growth of
// `usage.completion_tokens` where that comes with every event (vLLM's continuous_usage_stats), else one when it has text.
// Reasoning text counts: the first token is the first token.

import type { TokenId } from "../../domain/block_hash.ts";
import type { EngineStages, RequestError } from "../../domain/request_record.ts";
import { readEngineStages } from "./engine_stages.ts";
import {
  type JsonObject,
  parseJsonObject,
  readArray,
  readNumber,
  readObject,
  readText,
} from "./json_fields.ts";

export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Null: not told. */
  readonly cached_tokens: number | null;
}

export class CompletionStream {
  /** One time a token, ascending: when the event that carried it came. */
  readonly token_ns: number[] = [];
  /** Events that carried tokens, and the socket reads they came in: fewer reads mean that events waited for the client. */
  token_events = 0;
  token_reads = 0;
  text = "";
  usage: CompletionUsage | null = null;
  stages: EngineStages | null = null;
  failure: RequestError | null = null;
  /** `[DONE]` came. */
  done = false;
  #token_ids: TokenId[] = [];
  #untold_tokens = 0;

  /** Null unless every token came with its id. */
  get token_ids(): readonly TokenId[] | null {
    return this.#untold_tokens === 0 ? this.#token_ids : null;
  }

  event(data: string, at_ns: number): void {
    if (this.failure !== null) return;
    if (data === "[DONE]") {
      this.done = true;
      return;
    }
    const chunk = parseJsonObject(data);
    if (chunk === null) this.#malformed("an event is no JSON object", data);
    else if (readObject(chunk, "error") !== null) this.#failed(chunk);
    else this.#chunk(chunk, at_ns);
  }

  #chunk(chunk: JsonObject, at_ns: number): void {
    const usage = readObject(chunk, "usage");
    if (usage !== null) this.#takeUsage(usage);
    const stages = chunk["tierbench_stages"];
    if (stages !== undefined && stages !== null) this.takeStages(stages);
    const choice = readArray(chunk, "choices")?.[0];
    if (choice !== undefined) this.#takeChoice(choice as JsonObject, usage !== null, at_ns);
  }

  /** Of the final chunk, or of the header `x-tierbench-stages`. */
  takeStages(value: unknown): void {
    this.stages = readEngineStages(value);
    if (this.stages === null)
      this.#malformed("tierbench_stages has not the agreed fields", JSON.stringify(value));
  }

  #takeUsage(usage: JsonObject): void {
    const prompt_tokens = readNumber(usage, "prompt_tokens");
    const completion_tokens = readNumber(usage, "completion_tokens");
    if (prompt_tokens === null || completion_tokens === null) {
      this.#malformed("usage lacks prompt_tokens or completion_tokens", JSON.stringify(usage));
      return;
    }
    const details = readObject(usage, "prompt_tokens_details");
    const cached_tokens = details === null ? null : readNumber(details, "cached_tokens");
    this.usage = { prompt_tokens, completion_tokens, cached_tokens };
  }

  #takeChoice(choice: JsonObject, has_usage: boolean, at_ns: number): void {
    const delta = readObject(choice, "delta");
    const text = readText(delta === null ? choice : delta, delta === null ? "text" : "content");
    const reasoning =
      delta === null ? "" : readText(delta, "reasoning_content") || readText(delta, "reasoning");
    const ids = readArray(choice, "token_ids");
    this.text += text;
    if (ids !== null) {
      if (!ids.every(isTokenId)) this.#malformed("a token id is no whole number", JSON.stringify(ids));
      else {
        for (const id of ids) this.#token_ids.push(id);
        this.#stamp(ids.length, at_ns);
      }
      return;
    }
    const told = has_usage && this.usage !== null ? this.usage.completion_tokens - this.token_ns.length : 1;
    const tokens = text === "" && reasoning === "" ? 0 : Math.max(0, told);
    this.#untold_tokens += tokens;
    this.#stamp(tokens, at_ns);
  }

  #stamp(tokens: number, at_ns: number): void {
    if (tokens === 0) return;
    this.token_events++;
    if (this.token_ns.at(-1) !== at_ns) this.token_reads++;
    for (let i = 0; i < tokens; i++) this.token_ns.push(at_ns);
  }

  /** vLLM reports what goes wrong behind the status line as an event `{"error": {…}}`. */
  #failed(chunk: JsonObject): void {
    this.failure = {
      code: "http_status",
      detail: `error in the stream: ${shortened(JSON.stringify(chunk["error"]))}`,
    };
  }

  #malformed(why: string, data: string): void {
    this.failure = { code: "malformed_stream", detail: `${why}: ${shortened(data)}` };
  }
}

function isTokenId(value: unknown): value is TokenId {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

const MAX_DETAIL_CHARS = 300;

function shortened(text: string): string {
  return text.length <= MAX_DETAIL_CHARS ? text : `${text.slice(0, MAX_DETAIL_CHARS)}…`;
}
