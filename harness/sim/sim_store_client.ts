// The store client inside a simulated engine. What is tried, in which order and what an ending means is core/connector's
// GetBatch and PutBatch (sim_get.ts, sim_put.ts); here bytes take time and say what they hold.

import { RequesterCounters } from "../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { EffectOf } from "./effect_of.ts";
import { SimGet } from "./sim_get.ts";
import { SimPut } from "./sim_put.ts";
import type { SimStore } from "./sim_store.ts";
import type { SimStoreParts } from "./sim_store_parts.ts";

export class SimStoreClient implements SimStore {
  readonly #parts: SimStoreParts;
  readonly #counters = new RequesterCounters();

  constructor(parts: SimStoreParts) {
    this.#parts = parts;
  }

  counts(): RequesterCounts {
    return this.#counters.snapshot();
  }

  exists({ keys }: EffectOf<"exists">, done: (codes: readonly number[]) => void): void {
    this.#parts.master.call({ op: "batch_exist", keys }, keys.length, (reply) => {
      const codes = reply?.codes ?? keys.map(() => STORE_CODE.RPC_FAIL);
      for (const code of codes) this.#counters.countFault(code);
      done(codes);
    });
  }

  get(effect: EffectOf<"get">, done: (outcomes: readonly GetOutcome[]) => void): void {
    new SimGet(this.#parts, effect, (outcomes) => {
      this.#counters.countGets(outcomes);
      done(outcomes);
    }).start();
  }

  put(effect: EffectOf<"put">, done: (codes: readonly number[]) => void): void {
    new SimPut(this.#parts, this.#counters, effect, done).start();
  }

  removeAll({ force }: EffectOf<"remove_all">, done: (code: number, removed: number) => void): void {
    this.#parts.master.call({ op: "remove_all", force }, 1, (reply) => {
      done(reply?.code ?? STORE_CODE.RPC_FAIL, reply?.removed ?? 0);
    });
  }
}
