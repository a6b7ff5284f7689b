// Where the shards of a block lie in an engine's pool, and what their bytes must say.
//
// A block's shards follow each other, rank after rank. Shards of different KV heads differ in their bytes by the model id
// that they carry, so that a rank which reads another one's object sees a corrupt block.

import type { BlockIdentity, Region } from "../../native/ffi/data_plane.ts";
import type { BlockHash } from "../domain/block_hash.ts";
import { namespaceOf, poolBlockBytes, type RankLayout } from "../domain/rank_layout.ts";

/** A part of the pool, or of another engine's pool of the same layout. */
export interface ShardRange {
  readonly region: Region;
  readonly offset: number;
  readonly bytes: number;
}

/** Odd, so that no two of a few namespaces meet modulo 2³². */
const NAMESPACE_STEP = 0x9e37_79b1;

export class BlockShards {
  readonly hbm: Region;
  readonly ranks: RankLayout;
  readonly #model_id: number;

  /** model_id: of the model's name, as the bytes of a block carry it. */
  constructor(hbm: Region, ranks: RankLayout, model_id: number) {
    this.hbm = hbm;
    this.ranks = ranks;
    this.#model_id = model_id;
  }

  range(block_id: number, tp_rank: number, region: Region = this.hbm): ShardRange {
    const { shard_bytes } = this.ranks;
    const offset = block_id * poolBlockBytes(this.ranks) + tp_rank * shard_bytes;
    return { region, offset, bytes: shard_bytes };
  }

  identity(hash: BlockHash, tp_rank: number, weights_version: number): BlockIdentity {
    const namespace = namespaceOf(this.ranks, tp_rank);
    const model_id = (this.#model_id + Math.imul(namespace, NAMESPACE_STEP)) >>> 0;
    return { model_id, hash, weights_version };
  }
}
