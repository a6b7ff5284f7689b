// Reads an answer as it passes to the client, for its length: usage where the server tells it, else what the events carry. An
// event carries its token_ids, or without them one token if it has any text.

import { isJsonObject, type JsonObject } from "../openai/openai_fields.ts";

export class RouterRecordAnswer {
  /** Of usage; null where the server does not tell. */
  prompt_tokens: number | null = null;
  /** Kept only where text is asked for. */
  text = "";
  readonly #streamed: boolean;
  readonly #keeps_text: boolean;
  readonly #decoder = new TextDecoder();
  /** The unfinished line of a stream, or a whole answer so far. */
  #rest = "";
  #usage_tokens: number | null = null;
  #seen_tokens = 0;

  constructor(streamed: boolean, keeps_text: boolean) {
    this.#streamed = streamed;
    this.#keeps_text = keeps_text;
  }

  /** 0: no answer that can be read. */
  get output_tokens(): number {
    return this.#usage_tokens ?? this.#seen_tokens;
  }

  feed(bytes: Uint8Array): void {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    if (!this.#streamed) return;
    const end = this.#rest.lastIndexOf("\n") + 1;
    if (end === 0) return;
    for (const line of this.#rest.slice(0, end).split("\n")) this.#line(line);
    this.#rest = this.#rest.slice(end);
  }

  /** No more bytes will come. */
  end(): void {
    if (this.#streamed) this.#line(this.#rest);
    else this.#answer(parseJson(this.#rest));
    this.#rest = "";
  }

  #line(line: string): void {
    if (line.startsWith("data:")) this.#answer(parseJson(line.slice("data:".length)));
  }

  /** A whole answer or an event of one. */
  #answer(value: unknown): void {
    if (!isJsonObject(value)) return;
    const { usage, choices } = value;
    if (isJsonObject(usage)) {
      this.#usage_tokens = count(usage["completion_tokens"]) ?? this.#usage_tokens;
      this.prompt_tokens = count(usage["prompt_tokens"]) ?? this.prompt_tokens;
    }
    for (const choice of Array.isArray(choices) ? choices : []) this.#choice(choice);
  }

  #choice(choice: unknown): void {
    if (!isJsonObject(choice)) return;
    const { token_ids, delta, message } = choice;
    const said = isJsonObject(delta) ? delta : isJsonObject(message) ? message : choice;
    const text = stringOr(said["text"]) + stringOr(said["content"]);
    if (Array.isArray(token_ids)) this.#seen_tokens += token_ids.length;
    else if (text !== "" || saysMore(said)) this.#seen_tokens++;
    if (this.#keeps_text) this.text += text;
  }
}

/** Reasoning and tool calls are tokens, and no text of the answer. */
function saysMore({ reasoning, reasoning_content, tool_calls }: JsonObject): boolean {
  return stringOr(reasoning) + stringOr(reasoning_content) !== "" || Array.isArray(tool_calls);
}

function stringOr(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
