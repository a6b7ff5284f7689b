// Shards of blocks in a simulated pool: one slot each, rank after rank, as in a live one.

import { namespaceOf, type RankLayout } from "../domain/rank_layout.ts";

/** Slot of a rank's shard in the pool's contents. */
export function shardSlot({ tp_size }: RankLayout, block_id: number, tp_rank: number): number {
  return block_id * tp_size + tp_rank;
}

/** Odd and below 2⁴⁰: a few namespaces move a hash to places where no other hash of a run is likely. */
const NAMESPACE_STEP = 0x9e_3779_b97b;

/** What the shard of a block says: its own, so that one of other KV heads is seen as corrupt. */
export function shardContent(ranks: RankLayout, hash: number, tp_rank: number): number {
  return namespaceContent(hash, namespaceOf(ranks, tp_rank));
}

/** What the object of a block in a namespace says. */
export function namespaceContent(hash: number, namespace: number): number {
  return (hash + namespace * NAMESPACE_STEP) % Number.MAX_SAFE_INTEGER;
}
