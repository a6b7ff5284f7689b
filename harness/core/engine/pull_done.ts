// How a pull ended, for the core: what its copies said and whether the hold still stood after them. Both drivers end theirs so.

import { STORE_CODE } from "../../domain/store_error.ts";
import type { CopyEnd } from "../connector/get_batch.ts";
import type { EngineEvent } from "./engine_api.ts";

/**
 * copies: [blocks], or none when the other engine's memory was not there. Nothing that was read from a hold that no longer
 * stands counts, so that another prompt's block passes neither for the one asked for nor for a corrupt one. A stale block is
 * counted and used, as a system without the check would use it.
 */
export function pullDone(
  op_id: number,
  blocks: number,
  copies: readonly CopyEnd[],
  held: boolean,
): EngineEvent {
  if (!held) {
    const codes = new Array<number>(blocks).fill(STORE_CODE.TRANSFER_FAIL);
    return { type: "pull_done", op_id, codes, stale: 0 };
  }
  const stale = copies.filter((copy) => copy === "stale").length;
  return { type: "pull_done", op_id, codes: copies.map((copy) => CODE_OF[copy]), stale };
}

/** A block is as good as its worst shard. shards: [blocks × ranks], block-major. Returns [blocks]. */
export function foldShards(shards: readonly CopyEnd[], ranks: number): readonly CopyEnd[] {
  if (ranks === 1) return shards;
  return Array.from({ length: shards.length / ranks }, (_, block) => {
    const of_block = shards.slice(block * ranks, (block + 1) * ranks);
    return WORST_FIRST.find((end) => of_block.includes(end)) ?? "ok";
  });
}

const WORST_FIRST: readonly CopyEnd[] = ["failed", "corrupt", "stale"];

const CODE_OF: Readonly<Record<CopyEnd, number>> = {
  ok: STORE_CODE.OK,
  stale: STORE_CODE.OK,
  corrupt: STORE_CODE.CHECKSUM_MISMATCH,
  failed: STORE_CODE.TRANSFER_FAIL,
};
