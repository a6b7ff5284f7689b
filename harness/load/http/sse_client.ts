// A streaming HTTP/1.1 client for OpenAI-compatible servers: a POST, answered by server-sent events that are stamped as
// they come off the socket. It does one thing that fetch does not: nothing in it limits how many streams run at once, so
// nothing queues unseen. Connections are kept alive and reused; TLS is not spoken (http_target.ts).
//
// Nothing throws for a request: every way it can end is an SseReply.

import type { Clock } from "../../clock/clock.ts";
import { msToNs } from "../../domain/units.ts";
import { ConnectGate } from "./connect_gate.ts";
import { Connection } from "./connection.ts";
import { Exchange, type ExchangeOwner, type SsePost, type SseReply } from "./exchange.ts";
import type { HttpTarget } from "./http_target.ts";
import { newStreamCounters, type StreamCounters } from "./stream_counters.ts";

/** Deadlines are looked at this often, so a timer outlives the last request by no more. */
const DEADLINE_CHECK_NS = msToNs(50);
const MAX_CONNECTING = 64;

export class SseClient implements ExchangeOwner {
  readonly counters: StreamCounters = newStreamCounters();
  readonly #target: HttpTarget;
  readonly #clock: Clock;
  readonly #running = new Set<Exchange>();
  readonly #idle: Connection[] = [];
  readonly #gate = new ConnectGate(MAX_CONNECTING);
  readonly #onLost = (connection: Connection): void => this.#forget(connection);
  #watching = false;
  #closed = false;

  constructor(target: HttpTarget, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
  }

  async post(post: SsePost): Promise<SseReply> {
    const exchange = new Exchange(post, this.#encode(post), this, this.#clock, this.counters);
    this.#running.add(exchange);
    this.counters.peak_streams = Math.max(this.counters.peak_streams, this.#running.size);
    void this.#watchDeadlines();
    this.#connect(exchange);
    const reply = await exchange.reply;
    this.#running.delete(exchange);
    return reply;
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

  release(connection: Connection): void {
    if (this.#closed || !connection.is_open) connection.close();
    else this.#idle.push(connection);
  }

  retry(exchange: Exchange): void {
    this.counters.reconnects++;
    void this.#connectAnew(exchange);
  }

  #connect(exchange: Exchange): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) exchange.attach(idle, true);
    else void this.#connectAnew(exchange);
  }

  async #connectAnew(exchange: Exchange): Promise<void> {
    await this.#gate.enter();
    if (!exchange.is_settled) await this.#open(exchange);
    this.#gate.leave();
  }

  async #open(exchange: Exchange): Promise<void> {
    const opened = await Connection.open(this.#target, this.#clock, this.#onLost);
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

  #encode({ path, headers, body }: SsePost): Buffer {
    const { host, port, base_path, authorization } = this.#target;
    const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const extra = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = [
      `POST ${base_path}${path} HTTP/1.1\r\nhost: ${authority}\r\n`,
      "content-type: application/json\r\naccept: text/event-stream\r\n",
      `content-length: ${Buffer.byteLength(body)}\r\n`,
      authorization === undefined ? "" : `authorization: ${authorization}\r\n`,
      ...extra,
    ].join("");
    return Buffer.from(`${head}\r\n${body}`);
  }

  async #watchDeadlines(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    while (this.#running.size > 0) {
      const now_ns = this.#clock.now_ns();
      let wake_ns = now_ns + DEADLINE_CHECK_NS;
      for (const exchange of [...this.#running]) {
        if (exchange.deadline_ns > now_ns) wake_ns = Math.min(wake_ns, exchange.deadline_ns);
        else exchange.fail({ code: "timeout", detail: "no complete answer before the request timeout" });
      }
      await this.#clock.sleepUntil(wake_ns);
    }
    this.#watching = false;
  }
}
