// What a load has come to so far.

import type { RequestRecord } from "../domain/request_record.ts";
import type { LoadProgress } from "./load_result.ts";
import type { TokenReads } from "./merge_ratio.ts";

export class LoadTally {
  readonly #planned_requests: number;
  readonly #reads = { token_events: 0, token_reads: 0 };
  #sent_requests = 0;
  #finished_requests = 0;
  #failed_requests = 0;

  constructor(planned_requests: number) {
    this.#planned_requests = planned_requests;
  }

  sent(): void {
    this.#sent_requests++;
  }

  read({ token_events, token_reads }: TokenReads): void {
    this.#reads.token_events += token_events;
    this.#reads.token_reads += token_reads;
  }

  finished({ error }: RequestRecord): void {
    this.#finished_requests++;
    if (error !== null) this.#failed_requests++;
  }

  get running_requests(): number {
    return this.#sent_requests - this.#finished_requests;
  }

  get not_sent_requests(): number {
    return this.#planned_requests - this.#sent_requests;
  }

  get reads(): TokenReads {
    return this.#reads;
  }

  progress(): LoadProgress {
    return {
      planned_requests: this.#planned_requests,
      sent_requests: this.#sent_requests,
      finished_requests: this.#finished_requests,
      failed_requests: this.#failed_requests,
    };
  }
}
