// A source as tests drive it: requests go by their ids.

import { present } from "../../domain/assert.ts";
import type { LoadSource, ScheduledRequest, SourceState } from "./load_source.ts";

export class DrivenSource {
  readonly #source: LoadSource;
  readonly #sent = new Map<string, ScheduledRequest>();

  constructor(source: LoadSource) {
    this.#source = source;
  }

  next(now_ns: number): SourceState {
    const state = this.#source.next(now_ns);
    if (state.state === "send") this.#sent.set(state.request.request_id, state.request);
    return state;
  }

  /** `id@intended_ns` of everything due now, then the state that stopped the sending. */
  sendDue(now_ns: number): string[] {
    const seen: string[] = [];
    for (;;) {
      const state = this.next(now_ns);
      if (state.state === "send") seen.push(`${state.request.request_id}@${state.request.intended_ns}`);
      else return [...seen, state.state === "wait" ? `wait ${state.until_ns}` : state.state];
    }
  }

  finished(request_id: string, now_ns: number, failed: boolean): void {
    this.#source.finished(present(this.#sent.get(request_id), `${request_id} was sent`), now_ns, failed);
  }
}
