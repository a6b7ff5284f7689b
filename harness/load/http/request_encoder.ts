// The bytes of a POST of JSON that asks for server-sent events (RFC 9112).

import type { HttpTarget } from "./http_target.ts";
import { TextWriter } from "./text_writer.ts";

export interface RequestContent {
  readonly path: string;
  /** JSON text. */
  readonly body: string | TextWriter;
}

export class RequestEncoder {
  readonly #head = new TextWriter();
  readonly #before_path: string;
  readonly #before_length: string;
  readonly #behind_length: string;

  constructor({ host, port, base_path, authorization }: HttpTarget) {
    const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    this.#before_path = `POST ${base_path}`;
    this.#before_length = [
      ` HTTP/1.1\r\nhost: ${authority}\r\n`,
      "content-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ",
    ].join("");
    this.#behind_length = authorization === undefined ? "\r\n" : `\r\nauthorization: ${authorization}\r\n`;
  }

  encode({ path, body }: RequestContent, headers: Readonly<Record<string, string>>): Buffer {
    const body_bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    const head = this.#head;
    head.clear();
    head.text(this.#before_path);
    head.text(path);
    head.text(this.#before_length);
    head.number(body_bytes);
    head.text(this.#behind_length);
    for (const name in headers) {
      head.text(name);
      head.text(": ");
      head.text(headers[name] ?? "");
      head.text("\r\n");
    }
    head.text("\r\n");
    const request = Buffer.allocUnsafe(head.length + body_bytes);
    head.copyTo(request, 0);
    if (typeof body === "string") request.write(body, head.length);
    else body.copyTo(request, head.length);
    return request;
  }
}
