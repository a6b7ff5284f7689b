// Object keys of blocks. With R rank namespaces a block is R objects; keys of a list of blocks are block-major:
// block 0 rank 0 … block 0 rank R−1, block 1 rank 0 …

import { assert } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { blockObjectKey, type KeyNamespace, keyPrefix, type ObjectKey } from "../../domain/object_key.ts";

export class BlockKeys {
  readonly ranks: number;
  readonly #prefixes: readonly string[];

  constructor(namespaces: readonly KeyNamespace[]) {
    assert(namespaces.length > 0, "a connector has at least one rank namespace");
    this.#prefixes = namespaces.map(keyPrefix);
    this.ranks = namespaces.length;
  }

  /** [blocks × ranks] */
  of(hashes: readonly BlockHash[]): ObjectKey[] {
    const keys: ObjectKey[] = [];
    for (const hash of hashes) {
      for (const prefix of this.#prefixes) keys.push(blockObjectKey(prefix, hash));
    }
    return keys;
  }

  /** `items[block]` once for each of the block's objects: [blocks × ranks]. */
  repeat<T>(items: readonly T[]): T[] {
    if (this.ranks === 1) return [...items];
    return items.flatMap((item) => this.#prefixes.map(() => item));
  }
}
