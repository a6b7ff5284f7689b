// Object keys of blocks. With R rank namespaces a block is R objects; keys of a list of blocks are block-major:
// block 0 rank 0 … block 0 rank R−1, block 1 rank 0 …

import { assert } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { blockObjectKey, type KeyNamespace, keyPrefix, type ObjectKey } from "../../domain/object_key.ts";

/** Blocks whose keys are kept: those just looked up are loaded or saved soon after. A power of two. */
const KEPT_BLOCKS = 512;

interface KeptBlock {
  readonly hash: BlockHash;
  readonly keys: readonly ObjectKey[];
}

export class BlockKeys {
  readonly ranks: number;
  readonly #prefixes: readonly string[];
  /** Keys of a block by its hash modulo KEPT_BLOCKS; another block takes the place. */
  readonly #kept: (KeptBlock | undefined)[] = new Array<KeptBlock | undefined>(KEPT_BLOCKS).fill(undefined);

  constructor(namespaces: readonly KeyNamespace[]) {
    assert(namespaces.length > 0, "a connector has at least one rank namespace");
    this.#prefixes = namespaces.map(keyPrefix);
    this.ranks = namespaces.length;
  }

  /** [blocks × ranks] */
  of(hashes: readonly BlockHash[]): ObjectKey[] {
    const keys: ObjectKey[] = [];
    for (const hash of hashes) for (const key of this.#keysOf(hash)) keys.push(key);
    return keys;
  }

  /** `items[block]` once for each of the block's objects: [blocks × ranks]. */
  repeat<T>(items: readonly T[]): T[] {
    if (this.ranks === 1) return [...items];
    return items.flatMap((item) => this.#prefixes.map(() => item));
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
