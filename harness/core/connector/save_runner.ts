// Carries out one rank's part of saves: asks which objects are there, puts the others (spec:
// vllm_mooncake_store_connector.md §1.9).

import { assert, present } from "../../domain/assert.ts";
import { keyStrings } from "../../domain/block_key_batch.ts";
import type { ReplicateConfig } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { failedKeys } from "./failed_keys.ts";
import { codeSet } from "./python_repr.ts";
import type { SaveJob } from "./save_job.ts";
import { SavePressure } from "./save_pressure.ts";
import type { JobEffect, StoreOutput } from "./store_api.ts";
import type { StoreCounters } from "./store_counters.ts";

export interface PutRules {
  readonly config: ReplicateConfig;
  /** Bytes of one object: a block of one rank. */
  readonly object_bytes: number;
  readonly pressure_cleared_line: string;
}

export class SaveRunner<Request> {
  readonly pressure: SavePressure;
  readonly #rules: PutRules;
  readonly #counters: StoreCounters;

  constructor(rules: PutRules, counters: StoreCounters) {
    this.#rules = rules;
    this.pressure = new SavePressure(rules.pressure_cleared_line);
    this.#counters = counters;
  }

  /** The dedup lookup, or null when back-pressure skips the save. */
  start(job: SaveJob<Request>, out: StoreOutput<Request>): JobEffect | null {
    if (this.pressure.skips(job.save.request_id)) return this.#end(job, false, out);
    return { type: "exists", op_id: out.nextId(), keys: job.keys };
  }

  /** The put of what is missing, or null when all is there. Only a sure 1 counts as there. */
  existsDone(job: SaveJob<Request>, codes: readonly number[], out: StoreOutput<Request>): JobEffect | null {
    assert(codes.length === job.keys.length, "a dedup lookup answers every key");
    if (codes.every((code) => code === 1)) return this.#end(job, true, out);
    const keys = missingOf(keyStrings(job.keys), codes);
    job.missing_keys = keys;
    return {
      type: "put",
      op_id: out.nextId(),
      request_id: job.save.request_id,
      tp_rank: job.tp_rank,
      keys,
      block_ids: missingOf(job.block_ids, codes),
      config:
        job.group_ids.length === 0
          ? this.#rules.config
          : { ...this.#rules.config, group_ids: missingOf(job.group_ids, codes) },
    };
  }

  putDone(job: SaveJob<Request>, codes: readonly number[], out: StoreOutput<Request>): null {
    const keys = present(job.missing_keys, "a put follows a dedup lookup");
    assert(codes.length === keys.length, "a put answers every key");
    // Another engine was first with the same bytes: the object is there, which is all a save wants.
    const is_first = !codes.includes(STORE_CODE.OBJECT_ALREADY_EXISTS);
    const settled = is_first ? codes : codes.map(settledCode);
    const failed_keys = failedKeys(settled);
    this.#counters.countPut(job.tp_rank, keys.length, failed_keys);
    if (failed_keys > 0) {
      const failed = settled.filter((code) => code < 0);
      const line =
        `batch_put failed: ${failed.length}/${keys.length} keys failed (codes=${codeSet(failed)}, ` +
        `batch_bytes=${keys.length * this.#rules.object_bytes}, num_keys=${keys.length}), first_key=${keys[0]}`;
      out.effects.push({ type: "log", level: "warning", line });
    }
    const change = this.pressure.putDone(job.save.request_id, settled);
    if (change !== null) out.effects.push({ type: "log", ...change });
    return this.#end(job, failed_keys === 0, out);
  }

  #end({ save }: SaveJob<Request>, ok: boolean, out: StoreOutput<Request>): null {
    save.open_ranks--;
    save.ok &&= ok;
    if (save.open_ranks === 0) out.notices.push({ type: "save_done", save, ok: save.ok });
    return null;
  }
}

function settledCode(code: number): number {
  return code === STORE_CODE.OBJECT_ALREADY_EXISTS ? STORE_CODE.OK : code;
}

/** Those of [keys] that the store said it lacks. Often all of them: then the list itself. */
function missingOf<T>(items: readonly T[], codes: readonly number[]): readonly T[] {
  if (!codes.includes(1)) return items;
  const missing: T[] = [];
  for (let i = 0; i < items.length; i++) if (codes[i] !== 1) missing.push(items[i] as T);
  return missing;
}
