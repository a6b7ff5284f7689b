// What the requests of one engine hear of its steps. A batch is the same from one step to the next most of the time, so the
// ends of its steps are kept once for all of it, and a request takes its own when it leaves the batch.

import type { EngineRequest } from "../core/engine/engine_api.ts";
import { NOT_IN_A_BATCH, type SimRequest, simulated } from "./sim_request.ts";

/** Ends that nobody in the batch waits for are dropped when there are more than this. */
const TRIM_AT_STEPS = 4096;

export class TokenLog {
  /** Of step `first_step` and those behind it, each of which made one token for everybody in the batch: ascending. */
  #ends_ns: number[] = [];
  #first_step = 0;
  #batch: readonly EngineRequest[] = [];
  #trim_at = TRIM_AT_STEPS;

  /** Each of `requests` has a token more at each of the ends: [steps], ascending. The list of requests is kept. */
  decoded(requests: readonly EngineRequest[], ends_ns: readonly number[]): void {
    this.#change(requests);
    for (const end_ns of ends_ns) this.#ends_ns.push(end_ns);
  }

  /** The request gets no more tokens, or none for now: it is told of those it has. */
  leave(request: SimRequest): void {
    const { listener, joined_step } = request;
    if (joined_step === NOT_IN_A_BATCH) return;
    request.joined_step = NOT_IN_A_BATCH;
    listener?.tokens(this.#ends_ns, joined_step - this.#first_step);
  }

  /** Batches are in order of admission, mostly: who is passed over has left, who is not met has joined. */
  #change(requests: readonly EngineRequest[]): void {
    const before = this.#batch;
    this.#batch = requests;
    let at = 0;
    for (const request of requests) {
      if (request === before[at]) {
        at++;
        continue;
      }
      const found = before.indexOf(request, at);
      if (found === -1) {
        this.#join(request);
        continue;
      }
      for (; at < found; at++) this.leave(simulated(before[at]));
      at = found + 1;
    }
    for (; at < before.length; at++) this.leave(simulated(before[at]));
    if (this.#ends_ns.length >= this.#trim_at) this.#trim();
  }

  #join(joining: EngineRequest): void {
    const request = simulated(joining);
    if (request.listener === null) return;
    request.joined_step = this.#first_step + this.#ends_ns.length;
    request.listener.began();
  }

  #trim(): void {
    let kept_from = this.#first_step + this.#ends_ns.length;
    for (const request of this.#batch) {
      const { joined_step } = simulated(request);
      if (joined_step !== NOT_IN_A_BATCH) kept_from = Math.min(kept_from, joined_step);
    }
    this.#ends_ns = this.#ends_ns.slice(kept_from - this.#first_step);
    this.#first_step = kept_from;
    this.#trim_at = Math.max(TRIM_AT_STEPS, 2 * this.#ends_ns.length);
  }
}
