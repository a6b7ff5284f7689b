// HTTP hops of requests on their way from client to router to engine, and of a prefill half's answer back. On one host a
// process is one event loop and takes up one request after the other, so that requests sent together arrive in the order of
// sending, a hop apart: which of them a batch finds waiting hangs on that. Elsewhere front ends are as many as it takes.

import { present } from "../domain/assert.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { EventAction, EventLoop } from "./event_loop.ts";
import { FifoQueue } from "./fifo_queue.ts";

export class HttpHops {
  readonly #loop: EventLoop;
  readonly #host: HostProfile;
  /** By process; empty where hops do not wait for each other. */
  readonly #queues: ReadonlyMap<string, FifoQueue>;

  constructor(loop: EventLoop, host: HostProfile, processes: readonly string[]) {
    this.#loop = loop;
    this.#host = host;
    this.#queues = new Map(host.one_host ? processes.map((process) => [process, new FifoQueue()]) : []);
  }

  /** `arrive`: the process has taken up a message that carries so many tokens. */
  to(process: string, tokens: number, arrive: EventAction): void {
    const { http_ns, http_token_ns, one_host } = this.#host;
    const service_ns = http_ns + tokens * http_token_ns;
    const { now_ns } = this.#loop;
    const arrival_ns = one_host
      ? present(this.#queues.get(process), "a hop goes to a process of the stack").reserve(now_ns, service_ns)
      : now_ns + service_ns;
    this.#loop.at(arrival_ns, "http", arrive);
  }
}
