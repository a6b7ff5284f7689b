// The engine's store effects as calls of a StoreClient: a rank's shards of blocks become ranges of the engine's memory.

import type { EngineEffect, EngineEvent } from "../../core/engine/engine_api.ts";
import { present } from "../../domain/assert.ts";
import { keyStrings } from "../../domain/block_key_batch.ts";
import type { BlockShards } from "../block_shards.ts";
import type { StoreClient } from "../store_client.ts";
import type { PutItem } from "../store_items.ts";

export type EffectOf<Type extends EngineEffect["type"]> = Extract<EngineEffect, { readonly type: Type }>;

export class EngineStoreOps {
  readonly #store: StoreClient;
  readonly #shards: BlockShards;

  constructor(store: StoreClient, shards: BlockShards) {
    this.#store = store;
    this.#shards = shards;
  }

  async exists(effect: EffectOf<"exists">): Promise<EngineEvent> {
    return {
      type: "exists_done",
      op_id: effect.op_id,
      codes: await this.#store.exists(keyStrings(effect.keys)),
    };
  }

  async get(effect: EffectOf<"get">): Promise<EngineEvent> {
    const items = effect.keys.map((key, i) => ({
      ...this.#item(effect, key, i),
      identity: this.#shards.identity(
        present(effect.hashes[i], "a get names one hash per key"),
        effect.tp_rank,
        effect.weights_version,
      ),
    }));
    return { type: "get_done", op_id: effect.op_id, outcomes: await this.#store.get(items) };
  }

  async put(effect: EffectOf<"put">): Promise<EngineEvent> {
    const items = effect.keys.map((key, i) => this.#item(effect, key, i));
    return { type: "put_done", op_id: effect.op_id, codes: await this.#store.put(items, effect.config) };
  }

  async removeAll(effect: EffectOf<"remove_all">): Promise<EngineEvent> {
    return { type: "remove_all_done", op_id: effect.op_id, ...(await this.#store.removeAll(effect.force)) };
  }

  #item({ block_ids, tp_rank }: EffectOf<"get" | "put">, key: string, i: number): PutItem {
    const block_id = present(block_ids[i], "a transfer names one block per key");
    return { key, ...this.#shards.range(block_id, tp_rank) };
  }
}
