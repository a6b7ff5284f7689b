// Carries out one rank's part of loads: plans the GETs, sends one after the other, and stops at the first that has a failed key. The keys
// behind that one are counted as never attempted (spec: vllm_mooncake_store_connector.md §1.5).

import { assert, present } from "../../domain/assert.ts";
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

export class LoadRunner {
  /** What loaded blocks are checked against. */
  weights_version: number;
  readonly #rules: LoadRules;
  readonly #counters: StoreCounters;
  readonly #nextId: () => number;

  constructor(rules: LoadRules, counters: StoreCounters, weights_version: number, nextId: () => number) {
    this.#rules = rules;
    this.#counters = counters;
    this.weights_version = weights_version;
    this.#nextId = nextId;
  }

  /** The first op of the load, or null when it ends without one. */
  start(job: LoadJob, out: StoreOutput): JobEffect | null {
    if (job.load.cancelled) return this.#end(job, out);
    const sizes = new Array<number>(job.keys.length).fill(this.#rules.object_bytes);
    const split = splitGet(sizes, this.#rules.split);
    if (!split.ok) {
      const line =
        `Skipping Mooncake load for request ${job.load.request_id} because key ${job.keys[split.key_index]} requires ` +
        `${split.required_bytes} staging bytes, exceeding budget ${this.#rules.split.budget_bytes}`;
      out.effects.push({ type: "log", level: "warning", line });
      return this.#end(job, out);
    }
    job.ends = split.ends;
    if (split.ends.length > 1) this.#counters.split_batches++;
    return this.#nextGet(job, out);
  }

  /** Takes the answer of the GET that is out; the next op, or null at the load's end. */
  getDone(job: LoadJob, outcomes: readonly GetOutcome[], out: StoreOutput): JobEffect | null {
    const start = job.outcomes.length;
    const end = present(job.ends[job.sent_gets - 1], "the GET that is answered was planned");
    assert(outcomes.length === end - start, "a GET answers every key");
    for (const outcome of outcomes) job.outcomes.push(outcome);
    this.#counters.countGet(job.tp_rank, outcomes);
    if (this.#rules.tier_log) {
      out.effects.push({ type: "log", level: "info", line: tierLine(job.load.request_id, outcomes) });
    }
    if (outcomes.every(hasArrived)) return this.#nextGet(job, out);
    out.effects.push({ type: "log", level: "warning", line: failureLine(job, start, outcomes) });
    return this.#end(job, out);
  }

  #nextGet(job: LoadJob, out: StoreOutput): JobEffect | null {
    const start = job.outcomes.length;
    const end = job.ends[job.sent_gets];
    if (job.load.cancelled || end === undefined) return this.#end(job, out);
    job.sent_gets++;
    return {
      type: "get",
      op_id: this.#nextId(),
      request_id: job.load.request_id,
      tp_rank: job.tp_rank,
      keys: part(job.keys, start, end),
      hashes: part(job.hashes, start, end),
      block_ids: part(job.block_ids, start, end),
      weights_version: this.weights_version,
    };
  }

  #end(job: LoadJob, out: StoreOutput): null {
    const { load } = job;
    if (!load.cancelled) this.#counters.unattempted_get_keys += job.keys.length - job.outcomes.length;
    load.open_ranks--;
    if (load.open_ranks === 0) {
      out.notices.push({ type: "load_done", job_id: load.job_id, report: loadReport(load) });
    }
    return null;
  }
}

/** Nearly always the whole: then the list itself. */
function part<T>(items: readonly T[], start: number, end: number): readonly T[] {
  return start === 0 && end === items.length ? items : items.slice(start, end);
}

function hasArrived({ code }: GetOutcome): boolean {
  return code >= 0;
}

function failureLine(job: LoadJob, start: number, outcomes: readonly GetOutcome[]): string {
  const failures: [string, number][] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.code < 0) failures.push([job.keys[start + i] ?? "", outcome.code]);
  }
  return (
    `Failed to get ${failures.length} Mooncake keys from sub-batch (batch_keys=${outcomes.length}, ` +
    `first_failures=${keyCodeList(failures.slice(0, LOGGED_FAILURES))})`
  );
}
