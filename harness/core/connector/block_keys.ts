// Object keys of blocks: a block is one object in each rank namespace.

import { assert, present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { blockObjectKey, type KeyNamespace, keyPrefix, type ObjectKey } from "../../domain/object_key.ts";

/** Blocks whose keys are kept: those just looked up are loaded or saved soon after. A power of two. */
const KEPT_BLOCKS = 512;

interface KeptBlock {
  readonly hash: BlockHash;
  readonly keys: readonly ObjectKey[];
}

export class BlockKeys {
  readonly #prefixes: readonly string[];
  /** Keys of a block by its hash modulo KEPT_BLOCKS; another block takes the place. */
  readonly #kept: (KeptBlock | undefined)[] = new Array<KeptBlock | undefined>(KEPT_BLOCKS).fill(undefined);

  constructor(namespaces: readonly KeyNamespace[]) {
    assert(namespaces.length > 0, "a connector has at least one rank namespace");
    this.#prefixes = namespaces.map(keyPrefix);
  }

  /** In one namespace: [blocks] */
  of(hashes: readonly BlockHash[], namespace: number): ObjectKey[] {
    return hashes.map((hash) => present(this.#keysOf(hash)[namespace], "a rank has a namespace"));
  }

  /** In the first `namespaces`, block-major: block 0 rank 0 … block 0 rank R−1, block 1 rank 0 … */
  ofRanks(hashes: readonly BlockHash[], namespaces: number): ObjectKey[] {
    const keys: ObjectKey[] = [];
    for (const hash of hashes) {
      const of_block = this.#keysOf(hash);
      for (let i = 0; i < namespaces; i++) keys.push(present(of_block[i], "a rank has a namespace"));
    }
    return keys;
  }

  #keysOf(hash: BlockHash): readonly ObjectKey[] {
    const place = hash % KEPT_BLOCKS;
    const kept = this.#kept[place];
    if (kept?.hash === hash) return kept.keys;
    const keys = this.#prefixes.map((prefix) => blockObjectKey(prefix, hash));
    this.#kept[place] = { hash, keys };
    return keys;
  }
}
