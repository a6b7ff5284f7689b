// The engine's store effects as calls of a StoreClient: block ids of the pool become ranges of the engine's memory.

import type { Region } from "../../native/ffi/data_plane.ts";
import type { EngineEffect, EngineEvent } from "../core/engine/engine_api.ts";
import { present } from "../domain/assert.ts";
import type { StoreClient } from "./store_client.ts";

export type EffectOf<Type extends EngineEffect["type"]> = Extract<EngineEffect, { readonly type: Type }>;

export class EngineStoreOps {
  readonly #store: StoreClient;
  readonly #hbm: Region;
  readonly #block_bytes: number;
  readonly #model_id: number;

  constructor(store: StoreClient, hbm: Region, block_bytes: number, model_id: number) {
    this.#store = store;
    this.#hbm = hbm;
    this.#block_bytes = block_bytes;
    this.#model_id = model_id;
  }

  async exists(effect: EffectOf<"exists">): Promise<EngineEvent> {
    return { type: "exists_done", op_id: effect.op_id, codes: await this.#store.exists(effect.keys) };
  }

  async get(effect: EffectOf<"get">): Promise<EngineEvent> {
    const items = effect.keys.map((key, i) => ({
      ...this.#item(key, effect.block_ids[i]),
      identity: {
        model_id: this.#model_id,
        hash: present(effect.hashes[i], "a get names one hash per key"),
        weights_version: effect.weights_version,
      },
    }));
    return { type: "get_done", op_id: effect.op_id, outcomes: await this.#store.get(items) };
  }

  async put(effect: EffectOf<"put">): Promise<EngineEvent> {
    const items = effect.keys.map((key, i) => this.#item(key, effect.block_ids[i]));
    return { type: "put_done", op_id: effect.op_id, codes: await this.#store.put(items, effect.config) };
  }

  async removeAll(effect: EffectOf<"remove_all">): Promise<EngineEvent> {
    return { type: "remove_all_done", op_id: effect.op_id, ...(await this.#store.removeAll(effect.force)) };
  }

  #item(
    key: string,
    block_id: number | undefined,
  ): { key: string; region: Region; offset: number; bytes: number } {
    const offset = present(block_id, "a transfer names one block per key") * this.#block_bytes;
    return { key, region: this.#hbm, offset, bytes: this.#block_bytes };
  }
}
