// Requests in order, linked through themselves: leaving from the middle is O(1). A request is in at most one queue.

import { assert } from "../../domain/assert.ts";

export interface QueueLinks<Request> {
  previous: Request | null;
  following: Request | null;
}

export class RequestQueue<Request extends QueueLinks<Request>> {
  #first: Request | null = null;
  #last: Request | null = null;
  #length = 0;

  get first(): Request | null {
    return this.#first;
  }

  get last(): Request | null {
    return this.#last;
  }

  get length(): number {
    return this.#length;
  }

  pushBack(request: Request): void {
    request.previous = this.#last;
    request.following = null;
    if (this.#last === null) this.#first = request;
    else this.#last.following = request;
    this.#last = request;
    this.#length++;
  }

  pushFront(request: Request): void {
    request.previous = null;
    request.following = this.#first;
    if (this.#first === null) this.#last = request;
    else this.#first.previous = request;
    this.#first = request;
    this.#length++;
  }

  remove(request: Request): void {
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

  *[Symbol.iterator](): Generator<Request> {
    let request = this.#first;
    while (request !== null) {
      // Read first: the consumer may move the request to another queue.
      const following: Request | null = request.following;
      yield request;
      request = following;
    }
  }
}
