// How much of a prompt the store holds (spec: vllm_mooncake_store_connector.md §1.3).
//
// The hit is the longest prefix of blocks that are readable on every rank asked; a code other than 1 (absent, or the lookup
// failed) ends it.

import { assert } from "../../domain/assert.ts";

/** Leading blocks found. codes: [blocks × namespaces], block-major; 1 readable, 0 not, negative failed. */
export function foldLookup(codes: readonly number[], namespaces: number): number {
  assert(codes.length % namespaces === 0, "a lookup answers every namespace of every block");
  let found = 0;
  while (found < codes.length && codes[found] === 1) found++;
  return Math.floor(found / namespaces);
}

/**
 * Full blocks worth asking for: the last of `known_tokens` is always computed, because its logits are the answer.
 * vllm_2026_08's rule, block aligned.
 */
export function lookupBlocks(known_tokens: number, block_tokens: number): number {
  return Math.max(0, Math.floor((known_tokens - 1) / block_tokens));
}
