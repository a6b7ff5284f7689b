// Object keys of blocks: a block is one object in each rank namespace.

import { assert, present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { type KeyNamespace, keyPrefix, type ObjectKey } from "../../domain/object_key.ts";
import { type KeptKeys, keptKeys } from "./kept_keys.ts";

export class BlockKeys {
  /** [namespaces] */
  readonly #kept: readonly KeptKeys[];

  constructor(namespaces: readonly KeyNamespace[]) {
    assert(namespaces.length > 0, "a connector has at least one rank namespace");
    this.#kept = namespaces.map((namespace) => keptKeys(keyPrefix(namespace)));
  }

  /** Those of one namespace. */
  in(namespace: number): KeptKeys {
    return present(this.#kept[namespace], "a rank has a namespace");
  }

  /** Of the first `blocks` in the first `namespaces`, block-major: block 0 rank 0 … block 0 rank R−1, block 1 rank 0 … */
  ofRanks(hashes: readonly BlockHash[], blocks: number, namespaces: number): ObjectKey[] {
    const keys = new Array<ObjectKey>(blocks * namespaces);
    for (let namespace = 0; namespace < namespaces; namespace++) {
      const kept = this.in(namespace);
      for (let block = 0; block < blocks; block++)
        keys[block * namespaces + namespace] = kept.of(hashes[block] as BlockHash);
    }
    return keys;
  }
}
