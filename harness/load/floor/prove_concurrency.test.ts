import { expect, test } from "bun:test";
import { OsClock } from "../../clock/os_clock.ts";
import type { SseReply } from "../http/exchange.ts";
import type { HttpTarget } from "../http/http_target.ts";
import { SseClient, type SsePost } from "../http/sse_client.ts";
import {
  MAX_PROVED_STREAMS,
  type ProvedClient,
  proveConcurrency,
  streamsToProve,
} from "./prove_concurrency.ts";

test("the load client holds 2,000 streams at once", async () => {
  const proof = await proveConcurrency(MAX_PROVED_STREAMS, new OsClock());
  expect(proof).toMatchObject({ ok: true, value: { streams: 2_000 } });
});

test("a client that queues behind a cap is found out", async () => {
  const cap = 5;
  const proof = await proveConcurrency(8, new OsClock(), 100, (target) => new CappedClient(target, cap));
  expect(proof.ok).toBe(false);
  const held_streams = proof.ok ? 8 : proof.error.held_streams;
  expect(held_streams).toBeLessThanOrEqual(cap);
});

test("the proof asks for one stream more than the concurrency, and for no more than its bound", () => {
  expect([streamsToProve(1), streamsToProve(256), streamsToProve(5_000)]).toEqual([2, 257, 2_000]);
});

/** Does what fetch does: holds `cap` requests in flight and queues the rest silently. */
class CappedClient implements ProvedClient {
  readonly #client: SseClient;
  readonly #cap: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(target: HttpTarget, cap: number) {
    this.#client = new SseClient(target, new OsClock());
    this.#cap = cap;
  }

  async post(post: SsePost): Promise<SseReply> {
    if (this.#running === this.#cap) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#running++;
    const reply = await this.#client.post(post);
    const next = this.#queue.shift();
    if (next === undefined) this.#running--;
    else next();
    return reply;
  }

  close(): void {
    this.#client.close();
  }
}
