// The store client inside a simulated engine. What is tried, in which order and what an ending means is core/connector's
// GetBatch and PutBatch (sim_get.ts, sim_put.ts); here bytes take time and say what they hold.

import { RequesterCounters } from "../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { EffectOf } from "./effect_of.ts";
import { SimGet } from "./sim_get.ts";
import { SimPut } from "./sim_put.ts";
import type { SimStore, StoreAnswer } from "./sim_store.ts";
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

  exists({ op_id, keys }: EffectOf<"exists">, answer: StoreAnswer): void {
    this.#parts.master.call({ op: "batch_exist", keys }, keys.length, (reply) => {
      const codes = reply?.codes ?? Array.from({ length: keys.length }, () => STORE_CODE.RPC_FAIL);
      for (const code of codes) this.#counters.countFault(code);
      answer({ type: "exists_done", op_id, codes });
    });
  }

  get(effect: EffectOf<"get">, answer: StoreAnswer): void {
    new SimGet(this.#parts, this.#counters, effect, answer).start();
  }

  put(effect: EffectOf<"put">, answer: StoreAnswer): void {
    new SimPut(this.#parts, this.#counters, effect, answer).start();
  }

  removeAll({ op_id, force }: EffectOf<"remove_all">, answer: StoreAnswer): void {
    this.#parts.master.call({ op: "remove_all", force }, 1, (reply) => {
      const code = reply?.code ?? STORE_CODE.RPC_FAIL;
      answer({ type: "remove_all_done", op_id, code, removed: reply?.removed ?? 0 });
    });
  }
}
