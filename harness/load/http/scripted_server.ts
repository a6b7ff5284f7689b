// Test fixture: a server on loopback that answers whatever it is asked with the bytes of a script.

import type { Socket, TCPSocketListener } from "bun";

/** Called with the text of each request as it comes whole; writes and ends as it likes. */
export type Script = (socket: Socket<unknown>, request: string, request_index: number) => void;

export class ScriptedServer implements Disposable {
  readonly #listener: TCPSocketListener<unknown>;
  #requests = 0;
  #connections = 0;

  constructor(script: Script) {
    const received = new Map<Socket<unknown>, string>();
    this.#listener = Bun.listen<unknown>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: () => void this.#connections++,
        data: (socket, bytes) => {
          const text = (received.get(socket) ?? "") + bytes.toString("utf8");
          const [head = "", body] = text.split("\r\n\r\n");
          const content_length = Number(/content-length: (\d+)/.exec(head)?.[1]);
          const whole = body !== undefined && Buffer.byteLength(body) >= content_length;
          received.set(socket, whole ? "" : text);
          if (whole) script(socket, text, this.#requests++);
        },
      },
    });
  }

  get target(): { host: string; port: number; base_path: string } {
    return { host: "127.0.0.1", port: this.#listener.port, base_path: "" };
  }

  get requests(): number {
    return this.#requests;
  }

  get connections(): number {
    return this.#connections;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}

export const SSE_HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/** One chunk of the chunked coding. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

export const LAST_CHUNK = "0\r\n\r\n";
