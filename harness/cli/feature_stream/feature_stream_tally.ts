// What happened to the samples of one feature stream.

import { err, ok, type Result } from "../../domain/result.ts";
import { NS_PER_S, nsToMs } from "../../domain/units.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";
import type { FromWorker, SentSample } from "./feature_stream_messages.ts";

export interface StreamFigures {
  /** Consumed, from the start of the first put to the end of the last check. */
  readonly samples_per_s: number;
  readonly mb_per_s: number;
  /** From when the put was to start to the end of the consumer's copy and check. */
  readonly latency_ms_p50: number;
  readonly latency_ms_p99: number;
  readonly put: number;
  readonly consumed: number;
  /** Samples that were handed out again because their consumer died. */
  readonly redelivered: number;
  /** Of those: already freed by the consumer that died before it could say so. */
  readonly freed_by_the_dead: number;
  readonly problems: readonly string[];
  /** Puts that waited for the consumers. */
  readonly waits: number;
  /** Longest time that a producer stayed for its last samples to be consumed; null: none lived to the end. */
  readonly held_ms_max: number | null;
  readonly unconsumed: number;
}

export class StreamTally {
  readonly #latencies_ns: number[] = [];
  readonly #problems: string[] = [];
  readonly #redelivered = new Set<string>();
  #put = 0;
  #consumed_bytes = 0;
  #freed_by_the_dead = 0;
  #first_ns = Number.POSITIVE_INFINITY;
  #last_ns = 0;
  #waits = 0;
  #held_ms_max: number | null = null;
  #unconsumed = 0;

  get put_count(): number {
    return this.#put;
  }

  put({ put_start_ns, is_warm_up }: SentSample): void {
    if (is_warm_up) return;
    this.#put += 1;
    this.#first_ns = Math.min(this.#first_ns, put_start_ns);
  }

  redelivered({ ref, is_warm_up }: SentSample): void {
    if (!is_warm_up) this.#redelivered.add(ref.sample_id);
  }

  consumed(
    { ref, put_start_ns, is_warm_up }: SentSample,
    end: FromWorker & { readonly kind: "consumed" },
  ): void {
    if (is_warm_up && end.problem === null) return;
    this.#last_ns = Math.max(this.#last_ns, end.end_ns);
    if (end.problem === null) {
      this.#latencies_ns.push(end.end_ns - put_start_ns);
      this.#consumed_bytes += ref.estimated_bytes;
    } else if (this.#redelivered.has(ref.sample_id) && end.problem.startsWith("not_found")) {
      this.#freed_by_the_dead += 1;
    } else {
      this.#problems.push(end.problem);
    }
  }

  produced({ waits, held_ms, unconsumed }: FromWorker & { readonly kind: "produced" }): void {
    this.#waits += waits;
    this.#held_ms_max = Math.max(this.#held_ms_max ?? 0, held_ms);
    this.#unconsumed += unconsumed;
  }

  figures(): Result<StreamFigures, string> {
    const latencies = sortAscending(this.#latencies_ns);
    if (latencies.length === 0) {
      return err(`no sample was consumed: ${this.#problems[0] ?? "none was put"}`);
    }
    const seconds = (this.#last_ns - this.#first_ns) / NS_PER_S;
    return ok({
      samples_per_s: latencies.length / seconds,
      mb_per_s: this.#consumed_bytes / seconds / 1e6,
      latency_ms_p50: nsToMs(quantile(latencies, 0.5)),
      latency_ms_p99: nsToMs(quantile(latencies, 0.99)),
      put: this.#put,
      consumed: latencies.length,
      redelivered: this.#redelivered.size,
      freed_by_the_dead: this.#freed_by_the_dead,
      problems: this.#problems,
      waits: this.#waits,
      held_ms_max: this.#held_ms_max,
      unconsumed: this.#unconsumed,
    });
  }
}
