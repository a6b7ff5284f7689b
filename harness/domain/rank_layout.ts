// How an engine's KV lies over its tensor-parallel ranks (spec: vllm_mooncake_store_connector.md §1.2).
//
// A rank holds the KV heads of its share. With fewer KV heads than ranks, several ranks hold the same head: they are one
// namespace of the store, read the same objects, and take turns in putting them.

import { assert } from "./assert.ts";

export interface RankLayout {
  readonly tp_size: number;
  /** Ranks that hold the same KV heads: vLLM's put_step. Divides tp_size. */
  readonly replication_factor: number;
  /** Bytes of one block on one rank, and of one object in the store. */
  readonly shard_bytes: number;
}

const SHARD_ALIGNMENT_BYTES = 64;

/** block_bytes: the KV of one block without repetition. Every rank's shard is rounded up to a cache line. */
export function rankLayout(tp_size: number, kv_heads: number, block_bytes: number): RankLayout {
  const replication_factor = Math.max(1, Math.floor(tp_size / kv_heads));
  assert(tp_size % replication_factor === 0, "every KV head is on equally many ranks");
  const namespaces = tp_size / replication_factor;
  const shard_bytes = Math.ceil(block_bytes / namespaces / SHARD_ALIGNMENT_BYTES) * SHARD_ALIGNMENT_BYTES;
  return { tp_size, replication_factor, shard_bytes };
}

/** Different shards of a block, each an object of its own. */
export function namespaceCount({ tp_size, replication_factor }: RankLayout): number {
  return tp_size / replication_factor;
}

/** The `tp_rank` of a rank's object keys. */
export function namespaceOf({ replication_factor }: RankLayout, tp_rank: number): number {
  return Math.floor(tp_rank / replication_factor);
}

/** Bytes that one block takes in an engine's pool: every rank's shard, rank after rank. */
export function poolBlockBytes({ tp_size, shard_bytes }: RankLayout): number {
  return tp_size * shard_bytes;
}
