// An engine as the router sees one: records what it was sent and answers as told.

import type { TCPSocketListener } from "bun";

export interface UpstreamCall {
  readonly path: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly signal: AbortSignal;
}

export class FakeUpstream implements AsyncDisposable {
  readonly calls: UpstreamCall[] = [];
  readonly #server: ReturnType<typeof Bun.serve>;

  constructor(answer: (call: UpstreamCall) => Response | Promise<Response>, port = 0) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      idleTimeout: 0,
      fetch: async (http) => {
        const { pathname } = new URL(http.url);
        if (pathname === "/health") return new Response();
        if (pathname === "/v1/models") return Response.json({ object: "list", data: [{ id: "m" }] });
        const body = (await http.json()) as Record<string, unknown>;
        const call = { path: pathname, headers: http.headers, body, signal: http.signal };
        this.calls.push(call);
        return answer(call);
      },
    });
  }

  get port(): number {
    return this.#server.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const port = server.port ?? 0;
  await server.stop(true);
  return port;
}

/** An engine whose process dies after the headers of each answer. Counts its requests. */
export class DyingUpstream implements Disposable {
  calls = 0;
  readonly #listener: TCPSocketListener;

  constructor() {
    this.#listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: (socket) => {
          this.calls++;
          socket.write(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
          );
          socket.end();
        },
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.port}`;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}

/** The message of an OpenAI error body. */
export async function errorMessage(answer: Response): Promise<string> {
  const body = (await answer.json()) as { readonly error: { readonly message: string } };
  return body.error.message;
}
