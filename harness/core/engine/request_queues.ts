// Who waits, who runs, who waits for KV from elsewhere; and the only moves between the three.

import { assert } from "../../domain/assert.ts";
import { RequestQueue } from "./request_queue.ts";
import type { RequestState } from "./request_state.ts";

export class RequestQueues {
  /** First come first served; preempted and promoted requests come first. */
  readonly waiting: RequestQueue<RequestState> = new RequestQueue();
  /** Parked until a load or pull into their blocks ends. */
  readonly waiting_for_remote_kv: RequestQueue<RequestState> = new RequestQueue();
  /** In order of admission: the last has the lowest priority. */
  readonly running: RequestState[] = [];
  #ready_to_promote = 0;

  arrive(request: RequestState): void {
    this.waiting.pushBack(request);
  }

  run(request: RequestState): void {
    this.#leaveWaiting(request);
    request.phase = "running";
    this.running.push(request);
  }

  park(request: RequestState): void {
    this.#leaveWaiting(request);
    this.#wait(request);
  }

  parkRunning(request: RequestState): void {
    assert(request.phase === "running", "a request that has been computed runs");
    this.running.splice(this.running.indexOf(request), 1);
    this.#wait(request);
  }

  #wait(request: RequestState): void {
    request.phase = "waiting_for_remote_kv";
    request.remote_done = false;
    this.waiting_for_remote_kv.pushBack(request);
  }

  remoteDone(request: RequestState): void {
    assert(
      request.phase === "waiting_for_remote_kv" && !request.remote_done,
      "a parked request is woken once",
    );
    request.remote_done = true;
    this.#ready_to_promote++;
  }

  /** The next plan promotes somebody. */
  get promotes_next(): boolean {
    return this.#ready_to_promote > 0;
  }

  /** Parked requests whose KV came go ahead of all who wait, in the order they were parked: they own blocks. */
  promoteReady(): void {
    if (this.#ready_to_promote === 0) return;
    this.#ready_to_promote = 0;
    let request = this.waiting_for_remote_kv.last;
    while (request !== null) {
      // Read first: a promoted request leaves the queue.
      const { previous } = request;
      if (request.remote_done) this.#promote(request);
      request = previous;
    }
  }

  #promote(request: RequestState): void {
    this.waiting_for_remote_kv.remove(request);
    request.phase = "waiting";
    this.waiting.pushFront(request);
  }

  /** The last of the running goes back to the front of the waiting. */
  preemptLast(): RequestState {
    const request = this.running.pop();
    assert(request !== undefined, "a request to preempt is running");
    request.phase = "waiting";
    this.waiting.pushFront(request);
    return request;
  }

  finish(request: RequestState): void {
    switch (request.phase) {
      case "waiting":
        this.waiting.remove(request);
        break;
      case "waiting_for_remote_kv":
        if (request.remote_done) this.#ready_to_promote--;
        this.waiting_for_remote_kv.remove(request);
        break;
      case "running":
        this.running.splice(this.running.indexOf(request), 1);
        break;
      default:
        assert(false, "a request finishes once");
    }
    request.phase = "finished";
  }

  #leaveWaiting(request: RequestState): void {
    assert(request.phase === "waiting", "a request is admitted from the waiting queue");
    this.waiting.remove(request);
  }
}
