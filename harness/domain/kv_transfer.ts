// The hand-over of a prompt's KV from a prefill to a decode engine, as it travels in `kv_transfer_params`.
// Field names of vLLM's NixlConnector where they exist.

import type { FabricKey } from "./fabric_key.ts";
import type { EngineStages } from "./request_record.ts";

/** What the router puts into a request. */
export interface KvTransferRequest {
  readonly do_remote_decode?: boolean;
  readonly do_remote_prefill?: boolean;
  readonly transfer_id?: string;
  readonly remote?: RemoteKv;
}

/** Blocks that a prefill engine keeps until the decode engine has pulled them, or the hold expires. */
export interface RemoteKv {
  readonly transfer_id: string;
  readonly remote_engine: string;
  readonly remote_node: string;
  readonly remote_block_ids: readonly number[];
  /** Shared memory of the engine's block pool and its generation. */
  readonly shm_path: string;
  readonly generation: number;
  /** By which other nodes reach that memory. Absent: it is offered to no network. */
  readonly fabric_key?: FabricKey;
  /** RPC address to release the blocks at. */
  readonly release_address: string;
  readonly prompt_tokens: number;
  readonly stages: EngineStages;
}
