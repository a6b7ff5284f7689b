// What the parts of one engine core share. `effects` and `notices` collect the results of the call being handled.

import type { StoreNotice } from "../connector/store_api.ts";
import { StoreConnector } from "../connector/store_connector.ts";
import { BlockPool } from "./block_pool.ts";
import type { EngineCoreConfig, EngineEffect } from "./engine_api.ts";
import { EngineCounters } from "./engine_counters.ts";
import { RequestQueues } from "./request_queues.ts";
import type { RequestState } from "./request_state.ts";

export class EngineContext {
  /** Of the call being handled. */
  now_ns = 0;
  effects: EngineEffect[] = [];
  notices: StoreNotice<RequestState>[] = [];
  #last_id = 0;
  weights_version: number;
  readonly queues: RequestQueues = new RequestQueues();
  readonly pool: BlockPool;
  readonly counters: EngineCounters = new EngineCounters();
  readonly config: EngineCoreConfig;
  /** Null: no store. */
  readonly store: StoreConnector<RequestState> | null;

  constructor(config: EngineCoreConfig, weights_version: number) {
    const { connector, ranks } = config;
    this.weights_version = weights_version;
    this.pool = new BlockPool(config.num_hbm_blocks, config.enable_prefix_caching);
    this.config = config;
    this.store =
      connector === null ? null : new StoreConnector(connector, ranks.shard_bytes, weights_version);
  }

  /** For ops, jobs and steps. */
  nextId(): number {
    this.#last_id++;
    return this.#last_id;
  }
}
