// How much of a prompt the store holds (spec: vllm_mooncake_store_connector.md §1.3).
//
// The hit is the longest prefix of blocks that are readable; a code other than 1 (absent, or the lookup failed) ends it.
// rank0 believes the first rank's answer, min_over_ranks wants a block from every rank.

import { assert } from "../../domain/assert.ts";
import type { ConnectorConfig } from "./connector_config.ts";

/** Leading blocks found. codes: [blocks × ranks], block-major; 1 readable, 0 not, negative failed. */
export function foldLookup(
  codes: readonly number[],
  ranks: number,
  lookup_ranks: ConnectorConfig["lookup_ranks"],
): number {
  assert(codes.length % ranks === 0, "a lookup answers every rank of every block");
  const asked_ranks = lookup_ranks === "rank0" ? 1 : ranks;
  const blocks = codes.length / ranks;
  for (let block = 0; block < blocks; block++) {
    for (let rank = 0; rank < asked_ranks; rank++) {
      if (codes[block * ranks + rank] !== 1) return block;
    }
  }
  return blocks;
}

/**
 * Full blocks worth asking for: the last of `known_tokens` is always computed, because its logits are the answer.
 * vllm_2026_08's rule, block aligned.
 */
export function lookupBlocks(known_tokens: number, block_tokens: number): number {
  return Math.max(0, Math.floor((known_tokens - 1) / block_tokens));
}
