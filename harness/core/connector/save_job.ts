// One save: every rank puts the blocks that are its turn.

import type { BlockKeyBatch } from "../../domain/block_key_batch.ts";
import type { ObjectKey } from "../../domain/object_key.ts";

/** What the ranks' parts have in common; the save ends when the last of them does. */
export interface Save<Request> {
  readonly request: Request;
  readonly request_id: string;
  /** Of the prompt, [first_block, first_block + blocks): */
  readonly first_block: number;
  /** [blocks] */
  readonly block_ids: readonly number[];
  open_ranks: number;
  ok: boolean;
}

/** One rank's part: the blocks that are its turn to put. */
export interface SaveJob<Request> {
  readonly kind: "save";
  readonly save: Save<Request>;
  readonly tp_rank: number;
  /** The op that is out, and when it was asked. */
  op_id: number;
  asked_ns: number;
  /** Both: [blocks] */
  readonly keys: BlockKeyBatch;
  readonly block_ids: readonly number[];
  /** [blocks], or empty: no block's shards are a group. */
  readonly group_ids: readonly string[];
  /** Null until the store has said what it holds. */
  missing_keys: readonly ObjectKey[] | null;
}
