// The contract of the engine core: one serving process (all its ranks) as a pure state machine.
//
//   core.handle(event, now_ns) → effects
//
// The live shell turns effects into native copies, RPC, sleeps and SSE; the simulator into heap entries. Both feed
// completions back as events. Nothing in here waits, and time only enters through now_ns. Ops are identified by
// op_id; each op effect is answered by exactly one *_done event with that op_id, in any order.

import type { BlockHash, TokenId } from "../../domain/block_hash.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import type { GpuProfile, ModelProfile } from "../../domain/profile.ts";
import type { RankLayout } from "../../domain/rank_layout.ts";
import type { EngineStages } from "../../domain/request_record.ts";
import type { PerTier, StoreTier } from "../../domain/tier.ts";
import type { EngineRole } from "../../domain/topology.ts";
import type { ConnectorConfig } from "../connector/connector_config.ts";
import type { StoreEffect, StoreEvent } from "../connector/store_api.ts";
import type { RequestTimeline } from "./request_timeline.ts";

export interface EngineCoreConfig {
  readonly engine_name: string;
  readonly node: string;
  readonly role: EngineRole;
  readonly model: ModelProfile;
  readonly gpu: GpuProfile;
  readonly block_tokens: number;
  /** Over which ranks a block's KV lies; their shards follow each other in the pool. */
  readonly ranks: RankLayout;
  readonly num_hbm_blocks: number;
  readonly enable_prefix_caching: boolean;
  readonly max_num_seqs: number;
  readonly max_num_batched_tokens: number;
  readonly max_model_len: number;
  /** How long a prefill engine keeps blocks for a decode engine that never pulls. */
  readonly remote_hold_ms: number;
  /** Null: no store. */
  readonly connector: ConnectorConfig | null;
}

export interface EngineCoreOptions {
  /** Steps that only decode go out as runs, for drivers on virtual time. */
  readonly fuse_decode_steps: boolean;
}

/** What is said to a prompt, and the names of all its full blocks: equal names, equal tokens up to the end of the block. */
export interface Answer {
  token(index: number): TokenId;
  /** Of full block `index` of prompt and answer taken together. */
  blockHash(index: number): BlockHash;
}

export interface EngineRequest {
  readonly request_id: string;
  readonly prompt_tokens: number;
  /** Full blocks of the prompt: [floor(prompt_tokens / block_tokens)]. */
  readonly prompt_block_hashes: readonly BlockHash[];
  /** Tokens behind the last full block: [prompt_tokens % block_tokens]; [] when the driver brings an `answer`. */
  readonly tail_token_ids: readonly TokenId[];
  /** From a driver that names blocks otherwise than by hashing tokens. Absent: AnswerStream. */
  readonly answer?: Answer;
  readonly max_tokens: number;
  /** Prefill half of a P/D pair: keep the blocks and hand them over. */
  readonly do_remote_decode: boolean;
  /** Decode half: pull the prompt's KV from there. */
  readonly remote: RemoteKv | null;
  readonly transfer_id: string | null;
}

export type EngineEvent =
  | StoreEvent
  | { readonly type: "request_arrived"; readonly request: EngineRequest }
  | { readonly type: "abort"; readonly request_id: string }
  | { readonly type: "step_done"; readonly step_id: number }
  | {
      readonly type: "pull_done";
      readonly op_id: number;
      readonly codes: readonly number[];
      readonly stale: number;
    }
  /** The decode engine has its copy, or gave up. */
  | { readonly type: "remote_released"; readonly transfer_id: string }
  | {
      readonly type: "reset_prefix_cache";
      readonly reset_id: number;
      readonly reset_running_requests: boolean;
      readonly reset_connector: boolean;
      /** The store loses leased objects too. vLLM always asks for that; SGLang's storage clear did not, and leased blocks stayed. */
      readonly force: boolean;
    }
  | { readonly type: "weights_updated"; readonly weights_version: number }
  /** At or after `next_deadline_ns()`. */
  | { readonly type: "tick" };

/** What a block's bytes must say. */
export interface BlockFill {
  readonly block_id: number;
  readonly hash: BlockHash;
}

export type EngineEffect =
  | StoreEffect
  /**
   * GPU work: takes duration_ns from started_ns on; the bytes of `fills` exist when it is done. Answer: step_done. At most one
   * step is out, and it begins now. With fuse_decode_steps a step may be a run of several, and another step effect may take
   * its place: what is left of a run that an event has come into, begun in the past. The step that was out needs no answer then.
   */
  | {
      readonly type: "step";
      readonly step_id: number;
      readonly started_ns: number;
      readonly duration_ns: number;
      readonly fills: readonly BlockFill[];
      readonly weights_version: number;
    }
  /**
   * Copies remote.remote_block_ids[i] of the other engine's pool into block_ids[i]; hashes null for a partial block. The
   * copies count only if the other engine's core still holds() the transfer after them; else every code is TRANSFER_FAIL.
   */
  | {
      readonly type: "pull";
      readonly op_id: number;
      readonly request_id: string;
      readonly remote: RemoteKv;
      readonly remote_block_ids: readonly number[];
      readonly block_ids: readonly number[];
      readonly hashes: readonly (BlockHash | null)[];
      readonly weights_version: number;
    }
  | { readonly type: "release_remote"; readonly remote: RemoteKv }
  | { readonly type: "emit_tokens"; readonly request: EngineRequest; readonly token_ids: readonly TokenId[] }
  /**
   * Only with fuse_decode_steps, and then instead of emit_tokens: steps that have ended, at ends_ns. Each made one token of
   * each of the requests, the next of its answer; the bytes of `fills` exist.
   */
  | {
      readonly type: "decoded";
      readonly requests: readonly EngineRequest[];
      readonly ends_ns: readonly number[];
      readonly fills: readonly BlockFill[];
      readonly weights_version: number;
    }
  | {
      readonly type: "finish";
      readonly request: EngineRequest;
      readonly reason: "length" | "abort" | "rejected";
      /** Why it was rejected, for the user. */
      readonly detail: string | null;
      readonly stages: EngineStages;
      readonly timeline: RequestTimeline;
      /** Blocks kept for a decode engine; the shell adds shm_path, generation and release_address. */
      readonly held: HeldKv | null;
    }
  | { readonly type: "reset_done"; readonly reset_id: number; readonly ok: boolean };

export interface HeldKv {
  readonly transfer_id: string;
  readonly block_ids: readonly number[];
}

/** Levels and counters since start; the source of the engine's /metrics. */
export interface EngineSnapshot {
  readonly num_requests_running: number;
  readonly num_requests_waiting: number;
  readonly num_requests_waiting_remote: number;
  readonly kv_cache_usage: number;
  readonly preemptions: number;
  readonly prompt_tokens: number;
  readonly generation_tokens: number;
  /** Requests that were given all their tokens; aborted and rejected ones are not among them. */
  readonly finished_requests: number;
  /** Tokens asked of / found in the engine's own prefix cache. */
  readonly prefix_cache_queries: number;
  readonly prefix_cache_hits: number;
  /** Tokens asked of / found in the store. */
  readonly external_prefix_cache_queries: number;
  readonly external_prefix_cache_hits: number;
  /** Prompt tokens of finished or running requests by where their KV came from; P/D pulls are not a cache hit. */
  readonly cached_tokens: PerTier<number>;
  readonly computed_prompt_tokens: number;
  readonly load_bytes: { readonly [K in StoreTier]: number };
  readonly remote_load_bytes: number;
  readonly get_batches: number;
  readonly get_keys: number;
  readonly failed_get_keys: number;
  readonly unattempted_get_keys: number;
  readonly split_batches: number;
  readonly put_batches: number;
  readonly put_keys: number;
  readonly failed_put_keys: number;
  /** [tp_size], keys that arrived / were stored. */
  readonly loaded_keys_by_rank: readonly number[];
  readonly put_keys_by_rank: readonly number[];
  readonly stale_reads: number;
  readonly corrupt_reads: number;
  /** Requests that lost a load to a fault of the store and computed the blocks again. */
  readonly recomputed_requests: number;
  /** Loads of a whole prompt: one token of each was computed again, and is not a cached one. */
  readonly whole_prompt_hits: number;
  readonly pulled_blocks: number;
  readonly failed_pulls: number;
  readonly steps: number;
  readonly busy_ns: number;
}
