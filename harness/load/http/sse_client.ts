// A streaming HTTP/1.1 client for OpenAI-compatible servers: a POST, answered by server-sent events that are stamped as
// they come off the socket. It does one thing that fetch does not: nothing in it limits how many streams run at once, so
// nothing queues unseen. Connections are kept alive and reused; TLS is not spoken (http_target.ts).
//
// Nothing throws for a request: every way it can end is an SseReply.

import type { Clock } from "../../clock/clock.ts";
import { msToNs } from "../../domain/units.ts";
import { ConnectGate } from "./connect_gate.ts";
import { Connection } from "./connection.ts";
import { Exchange, type ExchangeOwner, type SseListener, type SseReply } from "./exchange.ts";
import { HeadReader } from "./head_reader.ts";
import type { HttpTarget } from "./http_target.ts";
import { RequestEncoder } from "./request_encoder.ts";
import { newStreamCounters, type StreamCounters } from "./stream_counters.ts";

/** Deadlines are looked at this often, so a timer outlives the last request by no more. */
const DEADLINE_CHECK_NS = msToNs(50);
const MAX_CONNECTING = 64;

export interface SsePost {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
  /** The whole exchange, connecting included, is given up then. */
  readonly deadline_ns: number;
  /** at_ns: when the read that completed the event came from the socket. */
  readonly onEvent: (data: string, at_ns: number) => void;
}

export class SseClient implements ExchangeOwner {
  readonly counters: StreamCounters = newStreamCounters();
  readonly clock: Clock;
  readonly heads: HeadReader = new HeadReader();
  readonly encoder: RequestEncoder;
  readonly #target: HttpTarget;
  readonly #running = new Set<Exchange>();
  readonly #idle: Connection[] = [];
  readonly #gate = new ConnectGate(MAX_CONNECTING);
  readonly #onLost = (connection: Connection): void => this.#forget(connection);
  #watching = false;
  #closed = false;

  constructor(target: HttpTarget, clock: Clock) {
    this.#target = target;
    this.clock = clock;
    this.encoder = new RequestEncoder(target);
  }

  post(post: SsePost): Promise<SseReply> {
    const { headers, deadline_ns, onEvent } = post;
    const request = this.encoder.encode(post, headers);
    return new Promise((ended) => this.send(request, deadline_ns, { event: onEvent, ended }));
  }

  /** request: as `encoder` made it, perhaps long before, so that nothing is left to do but the write. */
  send(request: Buffer, deadline_ns: number, listener: SseListener): void {
    const exchange = new Exchange(request, deadline_ns, listener, this);
    this.#running.add(exchange);
    this.counters.peak_streams = Math.max(this.counters.peak_streams, this.#running.size);
    if (!this.#watching) void this.#watchDeadlines();
    const idle = this.#idle.pop();
    if (idle !== undefined) exchange.attach(idle, true);
    else void this.#connectAnew(exchange);
  }

  /** Ends every running exchange as "cancelled". */
  cancelAll(detail: string): void {
    for (const exchange of [...this.#running]) exchange.fail({ code: "cancelled", detail });
  }

  /** Cancels what runs and closes every connection. */
  close(): void {
    this.#closed = true;
    this.cancelAll("the client was closed");
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  settled(exchange: Exchange): void {
    this.#running.delete(exchange);
  }

  release(connection: Connection): void {
    if (this.#closed || !connection.is_open) connection.close();
    else this.#idle.push(connection);
  }

  retry(exchange: Exchange): void {
    this.counters.reconnects++;
    void this.#connectAnew(exchange);
  }

  async #connectAnew(exchange: Exchange): Promise<void> {
    await this.#gate.enter();
    if (!exchange.is_settled) await this.#open(exchange);
    this.#gate.leave();
  }

  async #open(exchange: Exchange): Promise<void> {
    const opened = await Connection.open(this.#target, this.clock, this.#onLost);
    if (!opened.ok) {
      exchange.fail({ code: "connection", detail: opened.error });
      return;
    }
    this.counters.connections_opened++;
    if (exchange.is_settled) this.release(opened.value);
    else if (opened.value.is_open) exchange.attach(opened.value, false);
    else exchange.fail({ code: "connection", detail: "the server closed the connection at once" });
  }

  #forget(connection: Connection): void {
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  async #watchDeadlines(): Promise<void> {
    this.#watching = true;
    while (this.#running.size > 0) {
      const now_ns = this.clock.now_ns();
      let wake_ns = now_ns + DEADLINE_CHECK_NS;
      for (const exchange of this.#running) {
        if (exchange.deadline_ns > now_ns) wake_ns = Math.min(wake_ns, exchange.deadline_ns);
        else exchange.fail({ code: "timeout", detail: "no complete answer before the request timeout" });
      }
      await this.clock.sleepUntil(wake_ns);
    }
    this.#watching = false;
  }
}
