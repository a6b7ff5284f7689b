// A server-sent event stream as an HTTP body: each message is one `data: <json>` event, the last one is `data: [DONE]`.

/** Owned by one response. After the client is gone, or after done(), sends are dropped. */
export class SseStream {
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(onDisconnect: () => void) {
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.#controller = null;
        onDisconnect();
      },
    });
  }

  /** Several messages become several events of one write. */
  send(messages: readonly unknown[]): void {
    this.#write(messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join(""));
  }

  done(): void {
    this.#write("data: [DONE]\n\n");
    this.#controller?.close();
    this.#controller = null;
  }

  /** `extra` headers go beside the ones that make it an event stream. */
  response(extra: Readonly<Record<string, string>>): Response {
    return new Response(this.body, {
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", ...extra },
    });
  }

  #write(text: string): void {
    this.#controller?.enqueue(UTF8.encode(text));
  }
}

const UTF8 = new TextEncoder();
