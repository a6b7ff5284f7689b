// Carries out one rank's part of loads: plans the GETs, sends one after the other, and stops at the first that has a failed key. The keys
// behind that one are counted as never attempted (spec: vllm_mooncake_store_connector.md §1.5).

import { assert } from "../../domain/assert.ts";
import { type SplitRule, splitGet } from "./get_split.ts";
import { type LoadJob, loadReport } from "./load_job.ts";
import { keyCodeList } from "./python_repr.ts";
import type { GetOutcome, JobEffect, StoreOutput } from "./store_api.ts";
import type { StoreCounters } from "./store_counters.ts";
import { tierLine } from "./tier_line.ts";

const LOGGED_FAILURES = 3;

export interface LoadRules {
  readonly split: SplitRule;
  /** Bytes of one object: a block of one rank. */
  readonly object_bytes: number;
  readonly tier_log: boolean;
}

export class LoadRunner<Request> {
  /** What loaded blocks are checked against. */
  weights_version: number;
  readonly #rules: LoadRules;
  readonly #counters: StoreCounters;

  constructor(rules: LoadRules, counters: StoreCounters, weights_version: number) {
    this.#rules = rules;
    this.#counters = counters;
    this.weights_version = weights_version;
  }

  /** The first op of the load, or null when it ends without one. */
  start(job: LoadJob<Request>, out: StoreOutput<Request>): JobEffect | null {
    if (job.load.cancelled) return this.#end(job, out);
    const split = splitGet(job.keys.length, this.#rules.object_bytes, this.#rules.split);
    if (!split.ok) {
      const line =
        `Skipping Mooncake load for request ${job.load.request_id} because key ${job.keys[0]} requires ` +
        `${split.required_bytes} staging bytes, exceeding budget ${this.#rules.split.budget_bytes}`;
      out.effects.push({ type: "log", level: "warning", line });
      return this.#end(job, out);
    }
    job.keys_per_get = split.keys_per_get;
    if (split.keys_per_get < job.keys.length) this.#counters.split_batches++;
    return this.#nextGet(job, out);
  }

  /** Takes the answer of the GET that is out; the next op, or null at the load's end. */
  getDone(
    job: LoadJob<Request>,
    outcomes: readonly GetOutcome[],
    out: StoreOutput<Request>,
  ): JobEffect | null {
    const start = job.outcomes.length;
    assert(outcomes.length === getEnd(job) - start, "a GET answers every key");
    for (const outcome of outcomes) job.outcomes.push(outcome);
    this.#counters.countGet(job.tp_rank, outcomes);
    if (this.#rules.tier_log) {
      out.effects.push({ type: "log", level: "info", line: tierLine(job.load.request_id, outcomes) });
    }
    if (outcomes.every(hasArrived)) return this.#nextGet(job, out);
    out.effects.push({ type: "log", level: "warning", line: failureLine(job, start, outcomes) });
    return this.#end(job, out);
  }

  #nextGet(job: LoadJob<Request>, out: StoreOutput<Request>): JobEffect | null {
    const start = job.outcomes.length;
    if (job.load.cancelled || start === job.keys.length) return this.#end(job, out);
    const end = getEnd(job);
    return {
      type: "get",
      op_id: out.nextId(),
      request_id: job.load.request_id,
      tp_rank: job.tp_rank,
      keys: part(job.keys, start, end),
      hashes: part(job.hashes, start, end),
      block_ids: part(job.block_ids, start, end),
      weights_version: this.weights_version,
    };
  }

  #end(job: LoadJob<Request>, out: StoreOutput<Request>): null {
    const { load } = job;
    if (!load.cancelled) this.#counters.unattempted_get_keys += job.keys.length - job.outcomes.length;
    load.open_ranks--;
    if (load.open_ranks === 0) {
      out.notices.push({ type: "load_done", request: load.request, report: loadReport(load) });
    }
    return null;
  }
}

/** One past the last key of the GET that begins behind the outcomes so far. */
function getEnd<Request>({ keys, keys_per_get, outcomes }: LoadJob<Request>): number {
  return Math.min(outcomes.length + keys_per_get, keys.length);
}

/** Nearly always the whole: then the list itself. */
function part<T>(items: readonly T[], start: number, end: number): readonly T[] {
  return start === 0 && end === items.length ? items : items.slice(start, end);
}

function hasArrived({ code }: GetOutcome): boolean {
  return code >= 0;
}

function failureLine<Request>(job: LoadJob<Request>, start: number, outcomes: readonly GetOutcome[]): string {
  const failures: [string, number][] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.code < 0) failures.push([job.keys[start + i] ?? "", outcome.code]);
  }
  return (
    `Failed to get ${failures.length} Mooncake keys from sub-batch (batch_keys=${outcomes.length}, ` +
    `first_failures=${keyCodeList(failures.slice(0, LOGGED_FAILURES))})`
  );
}
