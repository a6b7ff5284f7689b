// A request on its way: from the moment it is due to its reply.

import type { SseListener, SseReply } from "./http/exchange.ts";
import { CompletionStream } from "./openai/completion_stream.ts";
import type { ReadyRequest } from "./ready_request.ts";

export interface FlightOwner {
  landed(flight: RequestFlight, reply: SseReply): void;
}

export class RequestFlight implements SseListener {
  readonly ready: ReadyRequest;
  /** On the run's monotonic clock; stands for sent_ns when no byte could be sent. */
  readonly tried_ns: number;
  readonly stream: CompletionStream = new CompletionStream();
  readonly #owner: FlightOwner;

  constructor(ready: ReadyRequest, tried_ns: number, owner: FlightOwner) {
    this.ready = ready;
    this.tried_ns = tried_ns;
    this.#owner = owner;
  }

  event(data: string, at_ns: number): void {
    this.stream.event(data, at_ns);
  }

  ended(reply: SseReply): void {
    this.#owner.landed(this, reply);
  }
}
