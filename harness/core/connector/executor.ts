// One worker: does jobs one at a time, in the order they came.

import { assert } from "../../domain/assert.ts";

/** Jobs that have left the queue and are still in its list. */
const COMPACT_AT_JOBS = 64;

export class Executor<Job> {
  #queue: Job[] = [];
  #head = 0;
  #active: Job | null = null;

  get active(): Job | null {
    return this.#active;
  }

  push(job: Job): void {
    this.#queue.push(job);
  }

  /** Makes the oldest job active; null when there is none. */
  startNext(): Job | null {
    assert(this.#active === null, "an executor does one job at a time");
    const job = this.#queue[this.#head];
    if (job === undefined) return null;
    this.#head++;
    if (this.#head === this.#queue.length) {
      // Lets go of the jobs that have left.
      this.#queue.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT_JOBS && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#active = job;
    return job;
  }

  finishActive(): void {
    assert(this.#active !== null, "an executor finishes the job it does");
    this.#active = null;
  }

  /** The active job and those behind it. */
  *jobs(): Generator<Job> {
    if (this.#active !== null) yield this.#active;
    for (let i = this.#head; i < this.#queue.length; i++) yield this.#queue[i] as Job;
  }
}
