// One connection of the null server: reads requests, writes events.

import type { Socket } from "bun";
import { assert } from "../../domain/assert.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

export class NullStream {
  readonly #socket: Socket<NullStream>;
  readonly #onAsked: (stream: NullStream) => void;
  #request: Buffer = Buffer.alloc(0);
  /** ASCII, so that characters are bytes. */
  #unsent = "";
  #prompt_tokens = 0;
  #max_tokens = 0;
  #written_tokens = 0;

  constructor(socket: Socket<NullStream>, onAsked: (stream: NullStream) => void) {
    this.#socket = socket;
    this.#onAsked = onAsked;
  }

  received(bytes: Buffer): void {
    this.#request = this.#request.length === 0 ? bytes : Buffer.concat([this.#request, bytes]);
    const head_end = this.#request.indexOf("\r\n\r\n");
    if (head_end < 0) return;
    const head = this.#request.toString("latin1", 0, head_end);
    const body_end = head_end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#request.length < body_end) return;
    this.#begin(this.#request.toString("latin1", head_end + 4, body_end));
    this.#request = this.#request.subarray(body_end);
    this.#onAsked(this);
  }

  /** Head, all events and the end in one write. */
  answerWhole(): void {
    let text = HEAD;
    while (this.#written_tokens < this.#max_tokens) text += chunk(this.#nextEvent());
    this.#write(text + this.#ending());
  }

  /** One event, unless the peer has not taken the last one yet. True when the answer is complete. */
  writeNext(): boolean {
    if (this.#unsent.length > 0) return false;
    const head = this.#written_tokens === 0 ? HEAD : "";
    const event = chunk(this.#nextEvent());
    const complete = this.#written_tokens >= this.#max_tokens;
    this.#write(head + event + (complete ? this.#ending() : ""));
    return complete;
  }

  flush(): void {
    if (this.#unsent.length === 0) return;
    const written = this.#socket.write(this.#unsent);
    if (written >= 0) this.#unsent = this.#unsent.slice(written);
  }

  #begin(body: string): void {
    const asked: { readonly prompt: readonly number[]; readonly max_tokens: number } = JSON.parse(body);
    const { prompt, max_tokens } = asked;
    assert(Array.isArray(prompt) && max_tokens > 0, "the null server is asked for tokens after token ids");
    this.#prompt_tokens = prompt.length;
    this.#max_tokens = max_tokens;
    this.#written_tokens = 0;
  }

  #nextEvent(): string {
    const token_id = 1 + this.#written_tokens++;
    return `{"id":"null","object":"text_completion","model":"null","choices":[{"index":0,"text":" t${token_id}","token_ids":[${token_id}],"logprobs":null,"finish_reason":null}]}`;
  }

  #ending(): string {
    const usage = `{"prompt_tokens":${this.#prompt_tokens},"completion_tokens":${this.#max_tokens}}`;
    return `${chunk(`{"choices":[],"usage":${usage}}`)}${chunk("[DONE]")}0\r\n\r\n`;
  }

  #write(text: string): void {
    this.#unsent += text;
    this.flush();
  }
}

/** An event as one chunk of the chunked coding. */
function chunk(data: string): string {
  const event = `data: ${data}\n\n`;
  return `${event.length.toString(16)}\r\n${event}\r\n`;
}
