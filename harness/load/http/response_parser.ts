// One HTTP/1.1 response out of a byte stream (RFC 9112): head, then a body that is chunked, of a stated length, or ends
// with the connection. Pure; bytes may be cut anywhere. Body bytes are handed on in place, never copied.

import { HeadReader, type ResponseHead } from "./head_reader.ts";

export interface ResponseSink {
  head(head: ResponseHead): void;
  /** Body bytes are bytes[start, end), valid during the call. */
  body(bytes: Buffer, start: number, end: number): void;
}

/** `done`: the response is complete. `why`: how the bytes break the protocol. */
export type ParseProgress =
  | { readonly state: "more" | "done" }
  | { readonly state: "malformed"; readonly why: string };

const MORE: ParseProgress = { state: "more" };
const DONE: ParseProgress = { state: "done" };
const MAX_HEAD_BYTES = 256 * 1024;
const MAX_LINE_BYTES = 8 * 1024;
const HEAD_END = Buffer.from("\r\n\r\n");
const LF = 10;
const CR = 13;
const SEMICOLON = 59;

type Phase =
  | "head"
  | "fixed"
  | "until_close"
  | "chunk_size"
  | "chunk_data"
  | "chunk_end"
  | "trailers"
  | "done";

export class ResponseParser {
  readonly #sink: ResponseSink;
  readonly #heads: HeadReader;
  #phase: Phase = "head";
  #head_bytes: Buffer | null = null;
  #left_bytes = 0;
  #line_bytes = 0;
  #in_extension = false;
  #keep_alive = false;

  /** heads: one for all responses of a server. */
  constructor(sink: ResponseSink, heads: HeadReader = new HeadReader()) {
    this.#sink = sink;
    this.#heads = heads;
  }

  /** Bytes behind a complete response make it malformed: nothing was asked that they could answer. */
  feed(bytes: Buffer): ParseProgress {
    let at = 0;
    if (this.#phase === "head") {
      const body_start = this.#takeHead(bytes);
      if (typeof body_start !== "number") return body_start;
      at = body_start;
      if (this.#phase === "head") return MORE;
    }
    while (at < bytes.length) {
      const next = this.#takeBody(bytes, at);
      if (typeof next !== "number") return next;
      at = next;
    }
    return this.#phase === "done" ? DONE : MORE;
  }

  /** The peer closed: true when that is how this response ends. */
  closeEnds(): boolean {
    return this.#phase === "until_close";
  }

  /** After `done`: the connection may carry another request. */
  get keep_alive(): boolean {
    return this.#keep_alive;
  }

  /** Index in `bytes` at which the body starts, 0 while the head is incomplete. */
  #takeHead(bytes: Buffer): number | ParseProgress {
    const carried = this.#head_bytes?.length ?? 0;
    const all = this.#head_bytes === null ? bytes : Buffer.concat([this.#head_bytes, bytes]);
    let start = 0;
    for (;;) {
      const end = all.indexOf(HEAD_END, start);
      if (end < 0) {
        if (all.length - start > MAX_HEAD_BYTES) return malformed(`the head is over ${MAX_HEAD_BYTES} bytes`);
        this.#head_bytes = Buffer.from(all.subarray(start));
        return 0;
      }
      const head = this.#heads.read(all, start, end);
      if (typeof head === "string") return malformed(head);
      start = end + 4;
      if (head.status >= 200) {
        this.#head_bytes = null;
        return this.#begin(head) ?? start - carried;
      }
    }
  }

  /** Body framing, RFC 9112 §6.3. */
  #begin(head: ResponseHead): ParseProgress | null {
    const length = head.headers.get("content-length");
    const coding = head.headers.get("transfer-encoding");
    this.#keep_alive = !/\bclose\b/i.test(head.headers.get("connection") ?? "");
    if (coding !== undefined && coding.toLowerCase() !== "chunked")
      return malformed(`transfer-encoding is "${coding}"`);
    if (length !== undefined && !/^\d+$/.test(length)) return malformed(`content-length is "${length}"`);
    if (head.status === 204 || head.status === 304) this.#phase = "done";
    else if (coding !== undefined) this.#phase = "chunk_size";
    else if (length === undefined) this.#phase = "until_close";
    else this.#phase = Number(length) === 0 ? "done" : "fixed";
    if (this.#phase === "until_close") this.#keep_alive = false;
    this.#left_bytes = this.#phase === "fixed" ? Number(length) : 0;
    this.#sink.head(head);
    return null;
  }

  /** Consumes some of bytes[at…] and returns the index behind it. */
  #takeBody(bytes: Buffer, at: number): number | ParseProgress {
    switch (this.#phase) {
      case "chunk_size":
        return this.#takeSizeLine(bytes, at);
      case "chunk_data":
      case "fixed":
        return this.#takeData(bytes, at);
      case "chunk_end":
        return this.#takeLineEnd(bytes, at, "chunk_size");
      case "trailers":
        return this.#takeLineEnd(bytes, at, "done");
      case "until_close":
        this.#sink.body(bytes, at, bytes.length);
        return bytes.length;
      default:
        return malformed(`${bytes.length - at} bytes follow the end of the response`);
    }
  }

  #takeData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left_bytes);
    this.#left_bytes -= end - at;
    if (this.#left_bytes === 0) this.#phase = this.#phase === "fixed" ? "done" : "chunk_end";
    this.#sink.body(bytes, at, end);
    return end;
  }

  /** `<hex>[;extension]\r\n`, digit by digit, so that no line is kept. */
  #takeSizeLine(bytes: Buffer, at: number): number | ParseProgress {
    for (let i = at; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === LF) {
        if (this.#line_bytes === 0) return malformed("a chunk has no size");
        this.#line_bytes = 0;
        this.#in_extension = false;
        this.#phase = this.#left_bytes === 0 ? "trailers" : "chunk_data";
        return i + 1;
      }
      if (byte === SEMICOLON) this.#in_extension = true;
      if (this.#in_extension || byte === CR) continue;
      const digit = hexDigit(byte);
      if (digit < 0 || ++this.#line_bytes > 12) return malformed("a chunk size is not a hexadecimal number");
      this.#left_bytes = this.#left_bytes * 16 + digit;
    }
    return bytes.length;
  }

  /** Up to and with the empty line that ends a chunk or the trailers; trailer fields are skipped. */
  #takeLineEnd(bytes: Buffer, at: number, then: "chunk_size" | "done"): number | ParseProgress {
    for (let i = at; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === LF) {
        const empty = this.#line_bytes === 0;
        this.#line_bytes = 0;
        if (!empty) continue;
        this.#phase = then;
        return i + 1;
      }
      if (byte === CR) continue;
      if (then === "chunk_size") return malformed("a chunk is longer than its size");
      if (++this.#line_bytes > MAX_LINE_BYTES) return malformed(`a trailer is over ${MAX_LINE_BYTES} bytes`);
    }
    return bytes.length;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function malformed(why: string): ParseProgress {
  return { state: "malformed", why };
}
