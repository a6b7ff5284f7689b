// Requests in order, linked through themselves: leaving from the middle is O(1). A request is in at most one queue.

import { assert } from "../../domain/assert.ts";
import type { RequestState } from "./request_state.ts";

export class RequestQueue {
  #first: RequestState | null = null;
  #last: RequestState | null = null;
  #length = 0;

  get first(): RequestState | null {
    return this.#first;
  }

  get last(): RequestState | null {
    return this.#last;
  }

  get length(): number {
    return this.#length;
  }

  pushBack(request: RequestState): void {
    request.previous = this.#last;
    request.following = null;
    if (this.#last === null) this.#first = request;
    else this.#last.following = request;
    this.#last = request;
    this.#length++;
  }

  pushFront(request: RequestState): void {
    request.previous = null;
    request.following = this.#first;
    if (this.#first === null) this.#last = request;
    else this.#first.previous = request;
    this.#first = request;
    this.#length++;
  }

  remove(request: RequestState): void {
    const { previous, following } = request;
    assert(previous !== null || this.#first === request, "a request leaves the queue that it is in");
    if (previous === null) this.#first = following;
    else previous.following = following;
    if (following === null) this.#last = previous;
    else following.previous = previous;
    request.previous = null;
    request.following = null;
    this.#length--;
  }

  *[Symbol.iterator](): Generator<RequestState> {
    let request = this.#first;
    while (request !== null) {
      // Read first: the consumer may move the request to another queue.
      const following: RequestState | null = request.following;
      yield request;
      request = following;
    }
  }
}
