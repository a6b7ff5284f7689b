// What the parts of one engine core share. `effects` and `notices` collect the results of the call being handled.

import type { StoreNotice } from "../connector/store_api.ts";
import type { StoreConnector } from "../connector/store_connector.ts";
import type { BlockPool } from "./block_pool.ts";
import type { EngineCoreConfig, EngineEffect } from "./engine_api.ts";
import type { EngineCounters } from "./engine_counters.ts";
import type { RequestQueues } from "./request_queues.ts";

export interface EngineContext {
  readonly config: EngineCoreConfig;
  readonly pool: BlockPool;
  readonly queues: RequestQueues;
  /** Null: no store. */
  readonly store: StoreConnector | null;
  readonly counters: EngineCounters;
  /** Ids of ops, jobs and steps. */
  readonly nextId: () => number;
  weights_version: number;
  /** Of the call being handled. */
  now_ns: number;
  effects: EngineEffect[];
  notices: StoreNotice[];
}
