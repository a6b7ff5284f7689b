// What the store connector asks of the outside and what it tells the engine. Effects and events are part of the engine's
// contract (core/engine/engine_api.ts), which its driver answers.

import type { BlockHash } from "../../domain/block_hash.ts";
import type { BlockKeyBatch } from "../../domain/block_key_batch.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { ReplicateConfig } from "../../domain/replica.ts";
import type { StoreTier } from "../../domain/tier.ts";
import type { Save } from "./save_job.ts";

export type StoreEffect =
  | { readonly type: "exists"; readonly op_id: number; readonly keys: BlockKeyBatch }
  /** One GET of a rank: object keys[i] holds its shard of block hashes[i] and goes into block block_ids[i] of the pool. */
  | {
      readonly type: "get";
      readonly op_id: number;
      readonly request_id: string;
      readonly tp_rank: number;
      readonly keys: readonly ObjectKey[];
      readonly hashes: readonly BlockHash[];
      readonly block_ids: readonly number[];
      readonly weights_version: number;
    }
  | {
      readonly type: "put";
      readonly op_id: number;
      readonly request_id: string;
      readonly tp_rank: number;
      readonly keys: readonly ObjectKey[];
      readonly block_ids: readonly number[];
      readonly config: ReplicateConfig;
    }
  | { readonly type: "remove_all"; readonly op_id: number; readonly force: boolean }
  | { readonly type: "log"; readonly level: "info" | "warning"; readonly line: string };

/** An effect that is answered by one event with its op_id. */
export type JobEffect = Exclude<StoreEffect, { readonly type: "log" }>;

export type StoreEvent =
  /** codes: 1 readable, 0 not, negative = the lookup failed. */
  | { readonly type: "exists_done"; readonly op_id: number; readonly codes: readonly number[] }
  | { readonly type: "get_done"; readonly op_id: number; readonly outcomes: readonly GetOutcome[] }
  | { readonly type: "put_done"; readonly op_id: number; readonly codes: readonly number[] }
  | {
      readonly type: "remove_all_done";
      readonly op_id: number;
      readonly code: number;
      readonly removed: number;
    };

/** Outcome of one key of a GET. */
export interface GetOutcome {
  /** Bytes ≥ 0 or a negative store code. */
  readonly code: number;
  readonly tier: StoreTier | null;
  /** Came over a link from another node. */
  readonly remote: boolean;
  /** Its bytes carry an older weights version. */
  readonly stale: boolean;
}

/** The end of a job that the engine gave to the connector, each for a request of the engine's; each job has exactly one. */
export type StoreNotice<Request> =
  | {
      readonly type: "lookup_done";
      readonly job_id: number;
      readonly request: Request;
      readonly hit_blocks: number;
    }
  | { readonly type: "load_done"; readonly request: Request; readonly report: LoadReport }
  /** ok: every block of the job is in the store; otherwise the range may be offered again. */
  | { readonly type: "save_done"; readonly save: Save<Request>; readonly ok: boolean }
  | { readonly type: "reset_done"; readonly job_id: number; readonly ok: boolean };

/** What a load brought: the blocks before its first failure. */
export interface LoadReport {
  /** Leading blocks of the job whose objects all arrived, with the slowest tier each came from: [loaded blocks]. */
  readonly tiers: readonly StoreTier[];
  /** Some block of the job did not arrive. */
  readonly failed: boolean;
}

export interface Sink<T> {
  push(item: T): unknown;
}

/** Where one call leaves its results. */
export interface StoreOutput<Request> {
  readonly effects: Sink<StoreEffect>;
  readonly notices: Sink<StoreNotice<Request>>;
  /** When the call is made. */
  readonly now_ns: number;
  /** For ops and jobs: unique in the engine. */
  nextId(): number;
}
