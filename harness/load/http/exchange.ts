// One request and its streamed answer. Lives through at most two connections: a kept-alive connection that turns out to be
// dead before it answers a byte is replaced once by a new one.

import type { Clock } from "../../clock/clock.ts";
import { assert } from "../../domain/assert.ts";
import type { Connection, ConnectionUser } from "./connection.ts";
import type { HeadReader, ResponseHead } from "./head_reader.ts";
import { ResponseParser, type ResponseSink } from "./response_parser.ts";
import { SseParser, type SseSink } from "./sse_parser.ts";
import type { StreamCounters } from "./stream_counters.ts";

/** Whoever asked. Neither method may throw. */
export interface SseListener {
  /** at_ns: when the read that completed the event came from the socket. */
  event(data: string, at_ns: number): void;
  /** Once, and nothing follows. */
  ended(reply: SseReply): void;
}

export interface SseReply {
  /** Right before the request was first written to a connection; null when none was had. Connecting comes before. */
  readonly sent_ns: number | null;
  /** Null when no head came. Any status: a caller judges it. */
  readonly head: ResponseHead | null;
  /** Body of an answer that is no event stream, its first MAX_TEXT_BYTES. */
  readonly text: string;
  /** Null: a complete response came. */
  readonly failure: SseFailure | null;
}

export interface SseFailure {
  readonly code: "connection" | "timeout" | "cancelled" | "malformed_stream";
  readonly detail: string;
}

export interface ExchangeOwner {
  readonly clock: Clock;
  readonly heads: HeadReader;
  readonly counters: StreamCounters;
  /** A connection that may carry another request. */
  release(connection: Connection): void;
  /** The kept-alive connection was dead: attach another. */
  retry(exchange: Exchange): void;
  /** Before its listener hears of it. */
  settled(exchange: Exchange): void;
}

const MAX_TEXT_BYTES = 64 * 1024;

export class Exchange implements ConnectionUser, ResponseSink, SseSink {
  readonly deadline_ns: number;
  readonly #owner: ExchangeOwner;
  readonly #request: Buffer;
  readonly #listener: SseListener;
  readonly #parser: ResponseParser;
  readonly #events = new SseParser(this);
  #connection: Connection | null = null;
  #reused = false;
  #answered = false;
  #settled = false;
  #sent_ns: number | null = null;
  #head: ResponseHead | null = null;
  #is_stream = false;
  #text = "";
  #read_ns = 0;

  /** request: all its bytes, head and body. deadline_ns: when the whole exchange, connecting included, is given up. */
  constructor(request: Buffer, deadline_ns: number, listener: SseListener, owner: ExchangeOwner) {
    this.#request = request;
    this.deadline_ns = deadline_ns;
    this.#listener = listener;
    this.#owner = owner;
    this.#parser = new ResponseParser(this, owner.heads);
  }

  get is_settled(): boolean {
    return this.#settled;
  }

  attach(connection: Connection, reused: boolean): void {
    assert(!this.#settled && this.#connection === null, "an exchange has one connection at a time");
    this.#connection = connection;
    this.#reused = reused;
    connection.user = this;
    this.#sent_ns ??= this.#owner.clock.now_ns();
    connection.send(this.#request);
  }

  fail(failure: SseFailure): void {
    this.#connection?.close();
    this.#settle(failure);
  }

  received(bytes: Buffer, at_ns: number): void {
    this.#answered = true;
    this.#read_ns = at_ns;
    const progress = this.#parser.feed(bytes);
    if (progress.state === "malformed")
      this.fail({ code: "malformed_stream", detail: `HTTP: ${progress.why}` });
    else if (progress.state === "done") this.#complete();
  }

  lost(why: string): void {
    this.#connection = null;
    if (this.#parser.closeEnds()) this.#complete();
    else if (this.#reused && !this.#answered) this.#owner.retry(this);
    else
      this.#settle({
        code: "connection",
        detail: this.#answered ? `${why} in the middle of the answer` : why,
      });
  }

  head(head: ResponseHead): void {
    this.#head = head;
    this.#is_stream = /^text\/event-stream\b/i.test(head.headers.get("content-type") ?? "");
  }

  body(bytes: Buffer, start: number, end: number): void {
    if (this.#is_stream) this.#events.feed(bytes, start, end);
    else if (this.#text.length < MAX_TEXT_BYTES) {
      this.#text += bytes.toString("utf8", start, Math.min(end, start + MAX_TEXT_BYTES));
    }
  }

  event(data: string): void {
    if (this.#settled) return;
    this.#owner.counters.events++;
    this.#listener.event(data, this.#read_ns);
  }

  #complete(): void {
    const connection = this.#connection;
    if (connection !== null) {
      connection.user = null;
      if (this.#parser.keep_alive && connection.is_flushed) this.#owner.release(connection);
      else connection.close();
    }
    const torn = this.#events.incomplete;
    this.#settle(torn ? { code: "malformed_stream", detail: "SSE: the stream ends inside an event" } : null);
  }

  #settle(failure: SseFailure | null): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#connection = null;
    this.#owner.settled(this);
    this.#listener.ended({ sent_ns: this.#sent_ns, head: this.#head, text: this.#text, failure });
  }
}
