// Lags and the achieved rate of an open loop, out of its records.

import type { RequestRecord } from "../../domain/request_record.ts";
import { NS_PER_S } from "../../domain/units.ts";

export class RateTally {
  readonly #lag_ns: number[] = [];
  #first_ns = Number.POSITIVE_INFINITY;
  #last_ns = 0;

  add({ error, sent_ns, intended_ns }: RequestRecord): void {
    if (error !== null) return;
    this.#lag_ns.push(sent_ns - intended_ns);
    this.#first_ns = Math.min(this.#first_ns, sent_ns);
    this.#last_ns = Math.max(this.#last_ns, sent_ns);
  }

  /** [finished requests] actual send − intended send, in the order of adding. */
  get lag_ns(): readonly number[] {
    return this.#lag_ns;
  }

  /** Finished ÷ time from first to last send. */
  get achieved_per_s(): number {
    return ((this.#lag_ns.length - 1) * NS_PER_S) / (this.#last_ns - this.#first_ns);
  }
}
