import type { CopyEnd } from "../core/connector/get_batch.ts";
import { present } from "../domain/assert.ts";
import type { RankLayout } from "../domain/rank_layout.ts";
import type { BlockContents } from "./block_contents.ts";
import { shardContent, shardSlot } from "./block_shard.ts";
import type { EffectOf } from "./effect_of.ts";

/** Every shard of the blocks of a pull, whatever it holds, and what checking it says: [blocks × ranks], block-major. */
export function copyPulled(
  { block_ids, remote_block_ids, hashes, weights_version }: EffectOf<"pull">,
  ranks: RankLayout,
  from: BlockContents,
  to: BlockContents,
): CopyEnd[] {
  return block_ids.flatMap((block_id, i) => {
    const remote_id = present(remote_block_ids[i], "a pull names a remote block for each block");
    const hash = hashes[i] ?? null;
    return Array.from({ length: ranks.tp_size }, (_, rank) => {
      const slot = shardSlot(ranks, remote_id, rank);
      to.write(shardSlot(ranks, block_id, rank), from.hash(slot), from.version(slot));
      return hash === null ? "ok" : from.verify(slot, shardContent(ranks, hash, rank), weights_version);
    });
  });
}
